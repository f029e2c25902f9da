// Handles records key by key: one key's records in order, different keys side by side, so that a blocked key blocks only itself.
import { setTimeout as delay } from 'node:timers/promises'
import type { WireRecord } from '../wire.ts'

/** A record with what must happen when it is done with. */
export interface Delivery {
  record: WireRecord
  done: () => void
}

export interface KeyChains {
  add(delivery: Delivery): void
  /** How many records are queued or under way. */
  size(): number
  /** Lets the records under way finish, starts no other. @returns what was not done, in order per key */
  stop(): Promise<Delivery[]>
}

const strayRetryMs = 1000

/** How many records a transport hands out at once is not limited here: the consumer limits its transactions. */
export const keyChains = (deliver: (record: WireRecord, signal: AbortSignal) => Promise<void>): KeyChains => {
  const abort = new AbortController()
  const { signal } = abort
  const chains = new Map<string, Delivery[]>()
  const running = new Set<Promise<void>>()
  let size = 0

  const handle = async (delivery: Delivery): Promise<boolean> => {
    while (!signal.aborted) {
      try {
        await deliver(delivery.record, signal)
        return true
      } catch {
        // Rejecting without an abort breaks the transport's contract; trying again loses nothing, giving up would.
        if (!signal.aborted) await delay(strayRetryMs, undefined, { signal }).catch(() => undefined)
      }
    }
    return false
  }

  const drain = async (name: string, chain: Delivery[]): Promise<void> => {
    for (let next = chain[0]; next !== undefined; next = chain[0]) {
      if (!(await handle(next))) return
      chain.shift()
      size -= 1
      next.done()
    }
    chains.delete(name)
  }

  return {
    add: (delivery) => {
      size += 1
      const name = `${delivery.record.topic}\n${delivery.record.key}`
      const chain = chains.get(name)
      if (chain) return void chain.push(delivery)
      const started = [delivery]
      chains.set(name, started)
      if (signal.aborted) return
      const run = drain(name, started).finally(() => running.delete(run))
      running.add(run)
    },
    size: () => size,
    stop: async () => {
      abort.abort()
      await Promise.all(running)
      return [...chains.values()].flat()
    },
  }
}

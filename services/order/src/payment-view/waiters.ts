// Long polls that wait for an order to change: a commit in this process wakes them at once, one look for all of them covers other replicas.
import { type Database, list } from '@cartwright/db'

const lookMs = 250

export interface Waiters {
  /** Resolves at the next change of the order, or after `ms`. */
  wait(orderId: string, version: number, ms: number): Promise<void>
  wake(orderId: string): void
  close(): void
}

interface Waiting {
  version: number
  resume(): void
}

export const waiters = (db: Database): Waiters => {
  const byOrder = new Map<string, Set<Waiting>>()
  let timer: NodeJS.Timeout | null = null

  const wake = (orderId: string) => {
    for (const waiting of byOrder.get(orderId) ?? []) waiting.resume()
  }
  const look = async () => {
    const rows = await db.rows<{ id: string; version: number }>`SELECT id, version FROM customer_order WHERE id IN (${list([...byOrder.keys()])})`
    for (const { id, version } of rows) for (const waiting of byOrder.get(id) ?? []) if (waiting.version !== version) waiting.resume()
  }
  const schedule = () => {
    if (timer || byOrder.size === 0) return
    timer = setTimeout(() => {
      timer = null
      // A look that fails is one of many: the waiters' own time limit stands.
      void look().then(schedule, schedule)
    }, lookMs)
  }
  return {
    wait: (orderId, version, ms) =>
      new Promise((resolve) => {
        const group = byOrder.get(orderId) ?? new Set()
        const limit = setTimeout(() => waiting.resume(), ms)
        const waiting: Waiting = {
          version,
          resume: () => {
            clearTimeout(limit)
            group.delete(waiting)
            if (group.size === 0) byOrder.delete(orderId)
            resolve()
          },
        }
        group.add(waiting)
        byOrder.set(orderId, group)
        schedule()
      }),
    wake,
    close: () => {
      if (timer) clearTimeout(timer)
      for (const orderId of [...byOrder.keys()]) wake(orderId)
    },
  }
}

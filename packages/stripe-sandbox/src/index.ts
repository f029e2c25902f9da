// A stateful stand-in for the part of Stripe's API that the shop uses: for development and tests, never for money.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { expireDue, type World } from './checkout.ts'
import { createServer } from './server.ts'
import { emptyState, freeze, newId, type State, type StripeEvent, thaw } from './state.ts'
import { webhookSender } from './webhooks.ts'

export { signatureHeader } from './webhooks.ts'

export interface SandboxOptions {
  /** 0 takes a free port. */
  port?: number
  host?: string
  /** Accepts only this key; any key when left out. */
  secretKey?: string
  webhookSecret: string
  /** Asked at each delivery, since the shop learns its address late. */
  webhookUrl?: () => string | null
  clock?: { now(): Date }
  latencyMs?: number
  /** Keeps the state over restarts. */
  dataFile?: string
}

export interface StripeSandbox {
  url: string
  port: number
  /** Expires what is due now. */
  tick(): void
  /** Resolves when every event so far was delivered or parked for a retry. */
  idle(): Promise<void>
  stop(): Promise<void>
}

const readState = (file: string | undefined): State => {
  if (file === undefined) return emptyState()
  try {
    return thaw(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return emptyState()
    throw error
  }
}

/** Writes the state at most every 100 ms, atomically. */
const stateWriter = (file: string | undefined, state: State) => {
  let timer: NodeJS.Timeout | null = null
  const write = () => {
    timer = null
    if (file === undefined) return
    writeFileSync(`${file}.new`, freeze(state))
    renameSync(`${file}.new`, file)
  }
  return {
    changed: () => {
      if (file !== undefined) timer ??= setTimeout(write, 100)
    },
    flush: () => {
      if (timer) clearTimeout(timer)
      write()
    },
  }
}

/** Makes every object older: how `POST /_sandbox/clock` lets time pass without touching signatures. */
const age = (state: State, seconds: number): void => {
  for (const session of state.sessions.values()) {
    session.created -= seconds
    session.expires_at -= seconds
  }
  for (const map of [state.intents, state.charges, state.refunds, state.disputes, state.keys]) for (const object of map.values()) object.created -= seconds
}

/** Starts the sandbox on loopback. */
export const startStripeSandbox = async (options: SandboxOptions): Promise<StripeSandbox> => {
  const clock = options.clock ?? { now: () => new Date() }
  const now = () => Math.floor(clock.now().getTime() / 1000)
  const state = readState(options.dataFile)
  const writer = stateWriter(options.dataFile, state)
  const webhooks = webhookSender({ url: options.webhookUrl ?? (() => null), secret: options.webhookSecret, now })
  let url = ''
  const world: World = {
    state,
    now,
    pageUrl: (sessionId) => `${url}/c/pay/${sessionId}`,
    emit: (type, object) => {
      const event: StripeEvent = {
        id: newId('evt'), object: 'event', created: now(), type, api_version: '2026-10-29', livemode: false, pending_webhooks: 1, request: { id: null, idempotency_key: null },
        data: { object: structuredClone(object) },
      }
      state.events.set(event.id, event)
      webhooks.push(event)
      writer.changed()
    },
  }
  const app = createServer({
    world, webhooks, secretKey: options.secretKey ?? null, latencyMs: options.latencyMs ?? 0, secondsAhead: () => now() - Math.floor(Date.now() / 1000),
    advance: (seconds) => age(state, seconds), changed: writer.changed,
  })
  const host = options.host ?? '127.0.0.1'
  await app.listen({ host, port: options.port ?? 0 })
  const { port } = app.server.address() as AddressInfo
  url = `http://${host}:${port}`
  const timer = setInterval(() => expireDue(world), 1000)
  return {
    url,
    port,
    tick: () => expireDue(world),
    idle: webhooks.idle,
    stop: async () => {
      clearInterval(timer)
      await webhooks.stop()
      await app.close()
      writer.flush()
    },
  }
}

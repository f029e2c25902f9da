// A client of the gateway that writes down everything it asked and what came back; an answer that did not come is lost, not failed.
import type { Journal } from '../journal.ts'

/** What came back. `lost`: nobody knows whether it happened. */
export type Answer<T> = { kind: 'answer'; status: number; body: T; code: string } | { kind: 'lost'; why: string }

export interface CallOptions {
  token?: string | null
  body?: unknown
  key?: string
  /** For the journal; the path when left out. */
  action?: string
  orderId?: string | null
  timeoutMs?: number
  /** Not worth an entry: polls. */
  quiet?: boolean
}

export interface Client {
  actor: string
  call<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: CallOptions): Promise<Answer<T>>
}

const patienceMs = 15_000

const codeOf = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string' ? body.code : ''

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const orderIdOf = (body: unknown): string | null => {
  if (typeof body !== 'object' || body === null) return null
  if ('id' in body && typeof body.id === 'string' && body.id.startsWith('ord_')) return body.id
  return 'orderId' in body && typeof body.orderId === 'string' ? body.orderId : null
}

/** Opens a client for one actor. */
export const openClient = (baseUrl: string, actor: string, journal: Journal): Client => ({
  actor,
  call: async <T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> => {
    const { token, body, key, timeoutMs = patienceMs, quiet = false } = options
    const at = new Date()
    const started = performance.now()
    const note = (status: number | null, detail: string, answered: unknown) => {
      if (quiet && status !== null && status < 500) return
      journal.operation({
        at,
        actor,
        action: options.action ?? `${method} ${path}`,
        orderId: options.orderId ?? orderIdOf(answered),
        status,
        detail,
        key: key ?? null,
        ms: Math.round(performance.now() - started),
      })
    }
    try {
      const response = await fetch(baseUrl + path, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const answered = parse(await response.text())
      note(response.status, codeOf(answered), answered)
      return { kind: 'answer', status: response.status, body: answered as T, code: codeOf(answered) }
    } catch (error) {
      const why =
        error instanceof Error
          ? `${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}`
          : String(error)
      note(null, why, null)
      return { kind: 'lost', why }
    }
  },
})

/** Whether asking again with the same key may bring a better answer. */
export const isPassing = (answer: Answer<unknown>): boolean =>
  answer.kind === 'lost' ||
  answer.status === 502 ||
  answer.status === 503 ||
  answer.status === 504 ||
  answer.status === 429 ||
  (answer.status === 409 && answer.code === 'idempotency_key_in_flight')

/** Somebody whose key is in flight asks long enough to see that it stays so: that is a violation, and no bad luck. */
const inFlightPatienceMs = 75_000

/** Asks until the answer is not a passing trouble, or the time is up; then the last answer. */
export const persist = async <T>(
  ask: () => Promise<Answer<T>>,
  until: number,
  pause: (ms: number) => Promise<void>,
): Promise<Answer<T>> => {
  const started = performance.now()
  for (let wait = 200; ; wait = Math.min(wait * 2, 2000)) {
    const answer = await ask()
    const inFlight = answer.kind === 'answer' && answer.code === 'idempotency_key_in_flight'
    const end = inFlight ? Math.max(until, started + inFlightPatienceMs) : until
    if (!isPassing(answer) || performance.now() + wait > end) return answer
    await pause(wait)
  }
}

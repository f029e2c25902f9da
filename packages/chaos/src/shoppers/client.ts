// HTTP client of the gateway that records every operation in the journal. An answer that does not arrive is lost, not failed.
import type { Journal } from '../journal.ts'

/** The answer. `lost`: it is unknown whether the operation happened. */
export type Answer<T> = { kind: 'answer'; status: number; body: T; code: string } | { kind: 'lost'; why: string }

export interface CallOptions {
  token?: string | null
  body?: unknown
  key?: string
  /** The name in the journal; method and path when left out. */
  action?: string
  orderId?: string | null
  timeoutMs?: number
  /** Records no successful answer, for polls. */
  quiet?: boolean
}

export interface Client {
  actor: string
  call<T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, options?: CallOptions): Promise<Answer<T>>
}

const defaultTimeoutMs = 15_000

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
    const { token, body, key, timeoutMs = defaultTimeoutMs, quiet = false } = options
    const at = new Date()
    const started = performance.now()
    const record = (status: number | null, detail: string, responseBody: unknown) => {
      if (quiet && status !== null && status < 500) return
      journal.operation({
        at,
        actor,
        action: options.action ?? `${method} ${path}`,
        orderId: options.orderId ?? orderIdOf(responseBody),
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
      const responseBody = parse(await response.text())
      record(response.status, codeOf(responseBody), responseBody)
      return { kind: 'answer', status: response.status, body: responseBody as T, code: codeOf(responseBody) }
    } catch (error) {
      const why =
        error instanceof Error
          ? `${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}`
          : String(error)
      record(null, why, null)
      return { kind: 'lost', why }
    }
  },
})

/** Whether a retry with the same key may succeed. */
export const isTransient = (answer: Answer<unknown>): boolean =>
  answer.kind === 'lost' ||
  answer.status === 502 ||
  answer.status === 503 ||
  answer.status === 504 ||
  answer.status === 429 ||
  (answer.status === 409 && answer.code === 'idempotency_key_in_flight')

/** A key in flight is retried long enough to show the violation when it stays in flight. */
const inFlightTimeoutMs = 75_000

/** Retries while the answer is transient, until the deadline. @returns the last answer */
export const retryWhileTransient = async <T>(
  ask: () => Promise<Answer<T>>,
  until: number,
  pause: (ms: number) => Promise<void>,
): Promise<Answer<T>> => {
  const started = performance.now()
  for (let wait = 200; ; wait = Math.min(wait * 2, 2000)) {
    const answer = await ask()
    const inFlight = answer.kind === 'answer' && answer.code === 'idempotency_key_in_flight'
    const end = inFlight ? Math.max(until, started + inFlightTimeoutMs) : until
    if (!isTransient(answer) || performance.now() + wait > end) return answer
    await pause(wait)
  }
}

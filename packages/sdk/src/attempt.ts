// One attempt of a call over HTTP: address, headers, body, time limit, and the answer or the error.
import { ApiError, ConnectionError, TimeoutError } from './errors.ts'

export interface Input {
  params?: object
  query?: object
  body?: unknown
}

export interface Attempt extends Input {
  method: string
  /** With `:name` for each path parameter. */
  path: string
  headers: Record<string, string | undefined>
  timeoutMs: number
  signal: AbortSignal | undefined
  credentials?: 'include'
}

const addressOf = ({ path, params = {}, query = {} }: Attempt): string => {
  const values = new Map<string, unknown>(Object.entries(params))
  const filled = path.replace(/:([A-Za-z]+)/g, (_, name: string) => encodeURIComponent(String(values.get(name))))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) if (one !== undefined && one !== null) search.append(name, String(one))
  return search.size === 0 ? filled : `${filled}?${search}`
}

const encoded = (body: unknown): { body?: string | FormData; type?: string } => {
  if (body === undefined) return {}
  return body instanceof FormData ? { body } : { body: JSON.stringify(body), type: 'application/json' }
}

/** The answer as its content type says: parsed JSON, a Blob, or text. */
export const readAnswer = async (response: Response): Promise<unknown> => {
  const type = response.headers.get('content-type') ?? ''
  if (/[/+]json/.test(type)) return response.json()
  return type.startsWith('application/pdf') ? response.blob() : (await response.text()) || undefined
}

const failure = async (response: Response): Promise<ApiError> =>
  // A proxy may say that its answer is JSON when it is not.
  new ApiError(response.status, await readAnswer(response).catch(() => undefined), response.headers)

export type Send = <T>(attempt: Attempt, read: (response: Response) => Promise<T> | T) => Promise<T>

/**
 * Creates the function that makes attempts.
 * It throws ApiError when the shop refuses, ConnectionError when the connection fails, TimeoutError when no answer came in time, and the
 * reason of the caller's signal. The time limit ends when `read` is done.
 */
export const createSend = (baseUrl: string, fetch: typeof globalThis.fetch): Send => {
  const root = baseUrl.replace(/\/+$/, '')
  return async (attempt, read) => {
    const { method, headers, signal, timeoutMs, credentials } = attempt
    signal?.throwIfAborted()
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), timeoutMs)
    const { body, type } = encoded(attempt.body)
    const given = Object.entries({ 'content-type': type, ...headers }).filter((entry): entry is [string, string] => !!entry[1])
    try {
      const response = await fetch(root + addressOf(attempt), {
        method,
        headers: given,
        signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
        ...(body === undefined ? {} : { body }),
        ...(credentials ? { credentials } : {}),
      })
      if (!response.ok) throw await failure(response)
      return await read(response)
    } catch (error) {
      if (error instanceof ApiError) throw error
      signal?.throwIfAborted()
      const what = `${method} ${attempt.path}`
      if (timeout.signal.aborted) throw new TimeoutError(`${what} was not answered within ${timeoutMs} ms`, { cause: error })
      throw new ConnectionError(`${what}: the connection to the shop failed`, { cause: error })
    } finally {
      clearTimeout(timer)
    }
  }
}

// HTTP client for tests: JSON in; status, headers and JSON out.
import { randomUUID } from 'node:crypto'

export interface TestResponse {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on responses; the service validated them against the contract.
  body: any
  text: string
}

export interface CallOptions {
  headers?: Record<string, string>
  /** Idempotency-Key; default for POST: a new one. `null` sends none. */
  key?: string | null
  /** Body of a DELETE. */
  body?: unknown
}

export interface TestClient {
  get(path: string, options?: CallOptions): Promise<TestResponse>
  post(path: string, body?: unknown, options?: CallOptions): Promise<TestResponse>
  patch(path: string, body?: unknown, options?: CallOptions): Promise<TestResponse>
  put(path: string, body?: unknown, options?: CallOptions): Promise<TestResponse>
  del(path: string, options?: CallOptions): Promise<TestResponse>
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** @param token called for each request, because tests move the clock past a token's expiry */
export const testClient = (baseUrl: string, token: () => Promise<string | null>): TestClient => {
  const call = async (method: string, path: string, body: unknown, options: CallOptions = {}): Promise<TestResponse> => {
    const bearer = await token()
    const key = options.key === undefined ? (method === 'POST' ? randomUUID() : null) : options.key
    const response = await fetch(baseUrl + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: parse(text), text }
  }
  return {
    get: (path, options) => call('GET', path, undefined, options),
    post: (path, body, options) => call('POST', path, body, options),
    patch: (path, body, options) => call('PATCH', path, body, options),
    put: (path, body, options) => call('PUT', path, body, options),
    del: (path, options) => call('DELETE', path, options?.body, options),
  }
}

// A frontend's connection: one keep-alive socket per user, JSON in and out, as little work as possible so that the load costs little.
import { Client } from 'undici'

/** The members of the shop's answers that the benchmark reads. */
export interface Body {
  id: string
  accessToken: string
  version: number
  total: unknown
  state: string
  url: string
  status: string
  reserved: number
}

export interface Answer {
  status: number
  text: string
  json(): Body
}

export interface UserClient {
  call(
    method: 'GET' | 'POST',
    path: string,
    options?: { token?: string; body?: unknown; key?: string; form?: string },
  ): Promise<Answer>
  close(): Promise<void>
}

const headersOf = (options: { token?: string; body?: unknown; key?: string; form?: string }): Record<string, string> => ({
  ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
  ...(options.key ? { 'idempotency-key': options.key } : {}),
  ...(options.form !== undefined
    ? { 'content-type': 'application/x-www-form-urlencoded' }
    : options.body !== undefined
      ? { 'content-type': 'application/json' }
      : {}),
})

/** Opens the connection; requests follow one another on it. */
export const userClient = (origin: string): UserClient => {
  const client = new Client(origin, { pipelining: 1, keepAliveTimeout: 60_000, bodyTimeout: 30_000, headersTimeout: 30_000 })
  return {
    call: async (method, path, options = {}) => {
      const body = options.form ?? (options.body === undefined ? null : JSON.stringify(options.body))
      const { statusCode, body: answer } = await client.request({ method, path, headers: headersOf(options), body })
      const text = await answer.text()
      return { status: statusCode, text, json: () => JSON.parse(text) as Body }
    },
    close: () => client.close(),
  }
}

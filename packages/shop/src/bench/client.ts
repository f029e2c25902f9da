// HTTP client of the load: one keep-alive connection per user, JSON in and out, with little CPU cost of its own.
import type { Cart } from '@cartwright/contracts'
import { Client } from 'undici'

/** Fields of the shop's responses that the benchmark reads. */
export interface Body {
  id: string
  accessToken: string
  version: number
  total: unknown
  problems: Cart['problems']
  /** Of a list: the shipping options of a cart, cheapest first. */
  items: Cart['shippingOptions']
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
    method: 'GET' | 'POST' | 'PUT',
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

/** Creates a client with one connection; it sends one request at a time. */
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

// HTTP server on the wire in place of a gateway: answers by script, cuts connections, and keeps what it was sent.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  method: string
  /** With the query. */
  path: string
  headers: Record<string, string | string[] | undefined>
  body: unknown
}

/** `cut` ends the connection without an answer; a function writes the answer itself. */
export type Answer =
  | { status?: number; body?: unknown; headers?: Record<string, string> }
  | 'cut'
  | ((response: ServerResponse) => void)

export interface Gateway extends AsyncDisposable {
  url: string
  received: Received[]
  /** `METHOD path` of each request. */
  calls(): string[]
}

export const problem = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}): Answer => ({
  status,
  body: { type: `http://localhost/errors/${code}`, title: code, status, code, ...more },
  headers: { 'content-type': 'application/problem+json', ...headers },
})

export const tokensOf = (name: string, role = 'guest') => ({
  accessToken: `access-${name}`,
  tokenType: 'Bearer',
  expiresInSec: 600,
  refreshToken: `refresh-${name}`,
  principal: { id: `gst_${name}`, role },
})

const send = (response: ServerResponse, answer: Answer): void => {
  if (answer === 'cut') return void response.socket?.resetAndDestroy()
  if (typeof answer === 'function') return void answer(response)
  const { status = 200, body, headers } = answer
  response.writeHead(status, body === undefined ? (headers ?? {}) : { 'content-type': 'application/json', ...headers })
  response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
}

/** Starts the server. The call that makes a guest is answered by itself. */
export const startGateway = async (handle: (request: Received) => Answer): Promise<Gateway> => {
  const received: Received[] = []
  const server = createServer(async (incoming, response) => {
    const text = (await incoming.toArray()).join('')
    const { method = '', url: path = '', headers } = incoming
    const request: Received = { method, path, headers, body: text === '' ? undefined : JSON.parse(text) }
    received.push(request)
    const isGuest = path === '/v1/auth/guest'
    send(response, isGuest ? { status: 201, body: tokensOf('guest') } : handle(request))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    calls: () => received.map(({ method, path }) => `${method} ${path}`),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Answers one after the other; the last one stays. */
export const inTurn = (...answers: [Answer, ...Answer[]]): (() => Answer) => {
  let next = 0
  return () => answers[Math.min(next++, answers.length - 1)] as Answer
}

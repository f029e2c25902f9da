// The gateway under test, before a service that answers whatever a test says, in another process's way or in this one's.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Environment } from '@cartwright/service-kit'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { createGateway, handOver } from './index.ts'

/** A request as the service behind the gateway got it. */
export interface Seen {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: Buffer
}

export type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

export interface FakeService {
  url: string
  seen: Seen[]
  /** What the service does from now on; it answers `{"ok":true}` until then. */
  answers(answer: Answer): void
  stop(): Promise<void>
}

export type Kind = 'in another process' | 'in this process'
export const kinds: readonly Kind[] = ['in another process', 'in this process']

export interface GatewayUnderTest extends UnderTest {
  service: FakeService
}

/** Answers with JSON. */
export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body))
  }

/** What every instance reads again and again; no test means it when it looks at what a service was asked. */
const revocationList = '/internal/access-revocations'
const noRevocations = json({ at: new Date(0).toISOString(), items: [], nextAfter: null })

const readAll = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Starts a service that records what it is asked. */
export const fakeService = async (): Promise<
  FakeService & { handle(request: IncomingMessage, response: ServerResponse): void }
> => {
  const seen: Seen[] = []
  let answer: Answer = json({ ok: true })
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    // What the gateway says in place of the client's headers is read at once, as a service does.
    const { method = '', url = '', headers } = request
    readAll(request).then(
      (body) => {
        if (url.startsWith(revocationList)) return noRevocations(request, response, body)
        seen.push({ method, url, headers, body })
        answer(request, response, body)
      },
      () => response.destroy(),
    )
  }
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    handle,
    answers: (next) => {
      answer = next
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Starts the gateway before one service that plays all of them. */
export const startGateway = async (kind: Kind, env: Environment = {}): Promise<GatewayUnderTest> => {
  const service = await fakeService()
  const names = ['identity', 'catalog', 'cart', 'order', 'payment', 'notification']
  const here = handOver(service.handle)
  const gateway =
    kind === 'in this process' ? createGateway(Object.fromEntries(names.map((name) => [name, here]))) : createGateway()
  const urls = Object.fromEntries(names.map((name) => [`${name.toUpperCase()}_URL`, service.url]))
  const t = await startUnderTest(gateway, { env: { GATEWAY_PORT: '0', ...urls, ...env } })
  const stopGateway = t.stop
  const stop = async () => {
    await stopGateway()
    await service.stop()
  }
  return Object.assign(t, { service, stop, [Symbol.asyncDispose]: stop })
}

export const ann = { id: 'usr_ann00001', role: 'customer', email: 'ann@example.com' } as const
export const guest = { id: 'gst_guest001', role: 'guest' } as const
export const admin = { id: 'usr_admin001', role: 'admin', email: 'admin@example.com' } as const

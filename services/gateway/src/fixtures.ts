// Test fixture: a gateway before one fake service, which it reaches over HTTP or in process.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mapNames, services, upstreamNames } from '@cartwright/contracts'
import type { Environment } from '@cartwright/service-kit'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { createGateway, createInProcessUpstream } from './index.ts'

/** A request as the fake service received it. */
interface ReceivedRequest {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: Buffer
}

export type Responder = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

interface FakeService {
  url: string
  seen: ReceivedRequest[]
  /** Sets the service's response; the default is `{"ok":true}`. */
  respondWith(responder: Responder): void
  stop(): Promise<void>
}

export type Kind = 'in another process' | 'in this process'
export const kinds: readonly Kind[] = ['in another process', 'in this process']

export interface GatewayUnderTest extends UnderTest {
  service: FakeService
}

/** Creates a JSON response. */
export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Responder =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body))
  }

/** Every instance polls this list; `seen` leaves it out. */
const revocationList = '/internal/access-revocations'
const noRevocations = json({ at: new Date(0).toISOString(), items: [], nextAfter: null })

const readAll = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Starts a service that records its requests. */
const fakeService = async (): Promise<FakeService & { handle(request: IncomingMessage, response: ServerResponse): void }> => {
  const seen: ReceivedRequest[] = []
  let respond: Responder = json({ ok: true })
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    // The headers are read at once, as a service reads them: the in-process upstream replaces them on the request.
    const { method = '', url = '', headers } = request
    readAll(request).then(
      (body) => {
        if (url.startsWith(revocationList)) return noRevocations(request, response, body)
        seen.push({ method, url, headers, body })
        respond(request, response, body)
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
    respondWith: (next) => {
      respond = next
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Starts the gateway before one fake service that stands for all services. */
export const startGateway = async (kind: Kind, env: Environment = {}): Promise<GatewayUnderTest> => {
  const service = await fakeService()
  const upstream = createInProcessUpstream(service.handle)
  const gateway = kind === 'in this process' ? createGateway(mapNames(upstreamNames, () => upstream)) : createGateway()
  const urls = Object.fromEntries(upstreamNames.map((name) => [services[name].url, service.url]))
  const t = await startUnderTest(gateway, { env: { ...urls, ...env } })
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

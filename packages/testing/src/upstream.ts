// Wire-level fakes of other services: HTTP servers whose routes a test defines.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeRequest {
  params: Record<string, string>
  query: Record<string, string>
  url: string
  headers: Record<string, string | string[] | undefined>
}
/** Answers by `GET /path/:param`. Return the body, or throw to answer 503; `null` answers 404. */
export type FakeRoutes = Record<string, (request: FakeRequest) => unknown>

const matcher = (key: string) => {
  const [method = 'GET', path = '/'] = key.split(' ')
  const names = [...path.matchAll(/:([A-Za-z]+)/g)].map((match) => match[1] ?? '')
  const pattern = new RegExp(`^${path.replace(/:[A-Za-z]+/g, '([^/]+)')}$`)
  return (requestMethod: string, pathname: string): Record<string, string> | null => {
    const match = requestMethod === method ? pattern.exec(pathname) : null
    return match ? Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')])) : null
  }
}

const answerOf = (
  routes: FakeRoutes,
  method: string,
  target: string,
  headers: FakeRequest['headers'],
): { status: number; body: unknown } => {
  const { pathname, searchParams } = new URL(target, 'http://fake')
  for (const [key, handle] of Object.entries(routes)) {
    const params = matcher(key)(method, pathname)
    if (params === null) continue
    try {
      const body = handle({ params, query: Object.fromEntries(searchParams), url: target, headers })
      return body === null ? { status: 404, body: { code: 'not_found' } } : { status: 200, body }
    } catch (error) {
      return { status: 503, body: { code: 'upstream_unavailable', detail: String(error) } }
    }
  }
  return { status: 404, body: { code: 'not_found' } }
}

export interface FakeUpstream {
  url: string
  stop(): Promise<void>
}

/** Starts a fake upstream; the test may change `routes` while it runs. */
export const fakeUpstream = async (routes: FakeRoutes): Promise<FakeUpstream> => {
  const server = createServer((request, response) => {
    const { status, body } = answerOf(routes, request.method ?? 'GET', request.url ?? '/', request.headers)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

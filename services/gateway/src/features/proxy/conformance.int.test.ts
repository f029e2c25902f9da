// Conformance of the two upstreams: clients get the same responses, and services the same requests, over HTTP and in process.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eventually, openRaw, parseAnswer, sendRaw } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Exchange, Upstream } from '../../domain/upstream.ts'
import { ann, type GatewayUnderTest, json, kinds, type Responder, startGateway } from '../../fixtures.ts'
import { createHttpUpstream } from '../../integrations/http-upstream.ts'
import { createInProcessUpstream } from './in-process-upstream.ts'

const problem = {
  type: 'http://localhost:8080/errors/conflict',
  title: 'x',
  status: 409,
  code: 'conflict',
  traceId: 'of-the-service',
}
const own = { 'x-request-id': 'of-the-service', 'x-trace-id': 'of-the-service', connection: 'close', 'keep-alive': 'timeout=1' }

/** Responses of a service, in every way in which Node can write them. */
const answers: Record<string, Responder> = {
  'a JSON body': json({ ok: true }, 200, own),
  'no body': (_, response) => response.writeHead(200, { 'content-length': 0, ...own }).end(),
  'headers that were set before': (_, response) => {
    response.setHeader('etag', '"a"')
    response.setHeader('cache-control', 'max-age=5')
    response.setHeader('x-request-id', 'of-the-service')
    response.end('text')
  },
  'headers that were set twice': (_, response) => {
    response.setHeader('x-own', 'first')
    response.setHeader('vary', 'Accept-Language')
    response.writeHead(200, { 'x-own': 'second' }).end('text')
  },
  'a status that was set before': (_, response) => {
    response.statusCode = 202
    response.end()
  },
  'a reason': (_, response) => response.writeHead(200, 'Fine', { 'content-type': 'text/plain' }).end('text'),
  'several pieces': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    for (const piece of ['a', Buffer.from('ü'), 'c']) response.write(piece)
    response.end()
  },
  'bytes that are no text': (_, response) =>
    response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([0, 255, 13, 10, 128])),
  'several cookies': (_, response) => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'], 'content-length': 0 }).end(),
  'a coding': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': 3 }).end('abc'),
  'its own CORS': (_, response) =>
    response.writeHead(200, { 'cache-control': 'public, max-age=60', vary: 'Origin', 'content-length': 0 }).end(),
  '201': json({ id: 1 }, 201, { location: '/v1/x' }),
  '204': (_, response) => response.writeHead(204).end(),
  '303': (_, response) => response.writeHead(303, { location: 'https://elsewhere.example/' }).end(),
  '304': (_, response) => response.writeHead(304, { etag: '"a"' }).end(),
  '401': json(problem, 401, { 'www-authenticate': 'Bearer' }),
  '404': json(problem, 404),
  '409': (_, response) => response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem)),
  '429': json(problem, 429, { 'retry-after': '7', 'ratelimit-limit': '1' }),
  '500': json(problem, 500),
  '503': json(problem, 503, { 'retry-after': '2' }),
}

const lines = {
  'a read': 'GET /v1/orders/ord_000001',
  'its HEAD': 'HEAD /v1/orders/ord_000001',
  'a write': 'POST /v1/cart/lines',
  'a cached read': 'GET /v1/products/mug',
  'the HEAD of a cached read': 'HEAD /v1/products/pot',
} as const

describe('a client', () => {
  const gateways: GatewayUnderTest[] = []
  beforeAll(async () => {
    for (const kind of kinds) gateways.push(await startGateway(kind, { GATEWAY_CACHE_ENTRIES: '0' }))
    for (const kind of kinds) gateways.push(await startGateway(kind))
  })
  afterAll(async () => {
    for (const t of gateways) await t.stop()
  })

  const ask = async (t: GatewayUnderTest, line: string, id: string) => {
    const answer = await sendRaw(
      t.url,
      `${line} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\nX-Request-Id: ${id}\r\nOrigin: http://localhost:3000\r\ntraceparent: 00-${'a'.repeat(32)}-${'b'.repeat(16)}-01\r\nAuthorization: Bearer ${await t.token(ann)}\r\nContent-Length: 0\r\n\r\n`,
    )
    const { date: _, 'ratelimit-remaining': __, 'ratelimit-reset': ___, ...headers } = answer.headers
    return { ...answer, headers }
  }

  const table = Object.keys(answers).flatMap((answer) =>
    Object.keys(lines).map((line) => [answer, line as keyof typeof lines] as const),
  )
  test.each(table)('gets the same response %s to %s over HTTP and in process', async (name, line) => {
    const answer = answers[name]
    if (answer === undefined) throw new Error('there is no such answer')
    const seen: Awaited<ReturnType<typeof ask>>[] = []
    for (const t of gateways) {
      t.service.respondWith(answer)
      const path = `${lines[line]}-${name.replaceAll(' ', '-')}`
      // The second response comes from the cache, for a caller with another request id.
      for (const id of ['first', 'second']) {
        const got = await ask(t, path, id)
        expect(got.headers).toMatchObject({
          'x-request-id': id,
          'x-trace-id': 'a'.repeat(32),
          'access-control-allow-origin': 'http://localhost:3000',
          'x-content-type-options': 'nosniff',
          vary: expect.stringContaining('Origin'),
          connection: 'close',
        })
        expect(got.headers).not.toHaveProperty('keep-alive')
        seen.push(got)
      }
    }
    const [first, firstAgain, here, hereAgain, ...caching] = seen
    const anonymous = (one: typeof first) => one && { ...one, headers: { ...one.headers, 'x-request-id': '' } }
    expect(anonymous(here)).toEqual(anonymous(first))
    expect(anonymous(hereAgain)).toEqual(anonymous(firstAgain))
    expect(caching.slice(2).map(anonymous)).toEqual(caching.slice(0, 2).map(anonymous))
    expect(caching.map(({ status }) => status)).toEqual(Array(4).fill(first?.status))
  })

  test('causes the same request to a service over HTTP and in process', async () => {
    const asked = []
    for (const t of gateways.slice(0, 2)) {
      t.service.respondWith(json({ ok: true }))
      const body = Buffer.from('{"name":"Zoë \u{1F6D2}"}')
      const connection = await openRaw(t.url)
      connection.write(
        Buffer.concat([
          Buffer.from(
            `POST /v1/auth/login?a=%E6%8A%B9+b%2Fc&a=2&%5B=1 HTTP/1.1\r\nHost: shop.example\r\nConnection: close, x-hop\r\nX-Hop: 1\r\nX-Request-Id: abc\r\nX-Own: 1\r\nX-Own: 2\r\nContent-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\nX-User-Id: usr_admin\r\nAccept: text/x\r\nCookie: a=b\r\nCookie: c=d\r\n\r\n${body.length.toString(16)}\r\n`,
          ),
          body,
          Buffer.from('\r\n0\r\n\r\n'),
        ]),
      )
      expect(parseAnswer(await connection.closed).status).toBe(200)
      const last = t.service.seen.at(-1)
      if (last === undefined) throw new Error('the service was not asked')
      const { headers, ...rest } = last
      const { host: _, connection: __, traceparent, ...told } = headers
      expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
      expect(rest).toEqual({ method: 'POST', url: '/v1/auth/login?a=%E6%8A%B9+b%2Fc&a=2&%5B=1', body })
      asked.push(told)
    }
    expect(asked[1]).toEqual(asked[0])
    expect(asked[0]).toMatchObject({ 'x-own': '1, 2', cookie: 'a=b; c=d', 'content-length': '20', 'x-request-id': 'abc' })
  })

  test.each([0, 1])('that disconnects does not end the read that other clients wait for (%i)', async (nth) => {
    const t = gateways[2 + nth]
    if (t === undefined) throw new Error('there is no such gateway')
    const release = Promise.withResolvers<void>()
    t.service.respondWith((...args) => void release.promise.then(() => json({ n: 1 })(...args)))
    const asked = t.service.seen.length
    const leaving = new AbortController()
    const left = fetch(`${t.url}/v1/products/shared`, { signal: leaving.signal }).catch(() => 'left')
    await eventually('the service is asked', () => t.service.seen.length > asked)
    const staying = t.anonymous.get('/v1/products/shared', { headers: { 'x-request-id': 'staying' } })
    leaving.abort()
    expect(await left).toBe('left')
    release.resolve()
    const answer = await staying
    expect({ status: answer.status, text: answer.text, id: answer.headers.get('x-request-id') }).toEqual({
      status: 200,
      text: '{"n":1}',
      id: 'staying',
    })
    expect(t.service.seen.length).toBe(asked + 1)
  })
})

describe.each(['http', 'in-process'])('an upstream of kind %s', (kind) => {
  const serving = async (service: (request: IncomingMessage, response: ServerResponse) => void, timeoutMs: number) => {
    const behind = createServer(service)
    await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve))
    const urlOf = (server: typeof behind) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const upstream: Upstream =
      kind === 'http' ? createHttpUpstream({ name: 'catalog', url: urlOf(behind) }) : createInProcessUpstream(service)
    const refuse = (response: ServerResponse) => (error: Error) => void response.writeHead(503).end(error.message)
    const front = createServer((request, response) => {
      const exchange: Exchange = {
        request,
        response,
        headers: { host: 'x' },
        body: null,
        responseHeaders: { 'x-own': '1' },
        timeoutMs,
        isStream: false,
      }
      if (request.url === '/whole')
        upstream.read(exchange).then(({ status, body }) => void response.writeHead(status).end(body), refuse(response))
      else upstream.forward(exchange).catch(refuse(response))
    })
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
    const stop = async () => {
      await upstream.close()
      for (const server of [front, behind]) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    }
    return { url: urlOf(front), stop }
  }

  test.each(['/passed-on', '/whole'])('fails after its deadline, and its late response reaches no client (%s)', async (path) => {
    const late = Promise.withResolvers<ServerResponse>()
    const { url, stop } = await serving((request, response) => {
      request.resume()
      late.resolve(response)
    }, 60)
    const answer = await fetch(url + path)
    expect({ status: answer.status, text: await answer.text() }).toMatchObject({
      status: 503,
      text: expect.stringContaining('in time'),
    })
    const response = await late.promise
    expect(() => response.writeHead(200, { 'x-late': '1' }).end('late')).not.toThrow()
    const next = await fetch(url + path)
    expect(next.status).toBe(503)
    await stop()
  })

  test('that fails in the middle of a response ends the client’s response', async () => {
    const { url, stop } = await serving((_, response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half')
      setImmediate(() => response.destroy())
    }, 1000)
    await expect(fetch(`${url}/passed-on`).then((answer) => answer.text())).rejects.toThrow()
    await stop()
  })
})

// Headers that every response of the gateway carries, from routes, hooks, the cache, a service, the router or the HTTP parser.
import { openRaw, parseAnswer, type RawAnswer, sendRaw } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, ann, type GatewayUnderTest, guest, json, kinds, startGateway } from './fixtures.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const origin = 'http://localhost:3000'
const requestId = 'every-answer-1'

/** The bytes of a request with a request id, a trace and an origin. */
const request = (line: string, headers: Record<string, string> = {}, body = ''): string =>
  [
    `${line} HTTP/1.1`,
    ...Object.entries({
      Host: 'shop.example',
      'X-Request-Id': requestId,
      traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      Origin: origin,
      Connection: 'close',
      ...headers,
    })
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n')

const jsonBody = (body: string, more: Record<string, string> = {}): Record<string, string> => ({
  'Content-Type': 'application/json',
  'Content-Length': String(Buffer.byteLength(body)),
  ...more,
})

interface Case {
  name: string
  status: number
  ask: (t: GatewayUnderTest) => Promise<RawAnswer>
}

const plain = (name: string, status: number, line: string, headers: Record<string, string> = {}, body = ''): Case => ({
  name,
  status,
  ask: (t) => sendRaw(t.url, request(line, headers, body)),
})
const signedIn = (name: string, status: number, line: string, who: typeof ann | typeof guest | typeof admin): Case => ({
  name,
  status,
  ask: async (t) => sendRaw(t.url, request(line, { Authorization: `Bearer ${await t.token(who)}` })),
})

const cases: Case[] = [
  plain('a read of a service', 200, 'GET /v1/categories'),
  plain('its HEAD', 200, 'HEAD /v1/categories'),
  plain('a cached read, first', 200, 'GET /v1/products/mug'),
  plain('a cached read, again', 200, 'GET /v1/products/mug'),
  plain('its HEAD', 200, 'HEAD /v1/products/mug'),
  plain('a cached read that the client has', 304, 'GET /v1/products/mug', { 'If-None-Match': '*' }),
  plain('a cached read of nothing', 404, 'GET /v1/products/nothing'),
  plain('a write of a service', 200, 'POST /v1/auth/login', jsonBody('{}'), '{}'),
  signedIn('a personal read', 200, 'GET /v1/orders', ann),
  signedIn('an empty answer of a service', 204, 'DELETE /v1/cart', ann),
  signedIn('a failure of a service', 500, 'GET /v1/me', ann),
  plain('a page', 200, 'GET /'),
  plain('the document', 200, 'GET /openapi.json'),
  plain('the document that the client has', 304, 'GET /openapi.json', { 'If-None-Match': '*' }),
  plain('the reference', 200, 'GET /docs'),
  plain('a file of the reference', 200, 'GET /docs/scalar.js'),
  plain('a probe', 200, 'GET /readyz'),
  plain('no token', 401, 'GET /v1/orders'),
  plain('a wrong token', 401, 'GET /v1/orders', { Authorization: 'Bearer a.b.c' }),
  signedIn('a role that is not enough', 403, 'GET /v1/admin/orders', ann),
  signedIn('an own route that is refused', 403, 'GET /v1/admin/dead-letters', guest),
  signedIn('an own route with a wrong query', 400, 'GET /v1/admin/dead-letters?limit=0x2', admin),
  plain('an unknown path', 404, 'GET /v1/unknown'),
  plain('an unknown path below the reference', 404, 'GET /docs/nothing.js'),
  plain('a wrong method', 405, 'DELETE /v1/products'),
  plain('a wrong method on a page', 405, 'POST /'),
  plain('TRACE', 405, 'TRACE /v1/products'),
  plain('a method of WebDAV', 405, 'PROPFIND /v1/products'),
  plain('an unknown method', 405, 'FROBNICATE /v1/products/mug?x=1'),
  plain('an unknown method on an unknown path', 404, 'FROBNICATE /nowhere'),
  plain('CONNECT', 405, 'CONNECT shop.example:443'),
  plain('OPTIONS', 204, 'OPTIONS /v1/products'),
  plain('OPTIONS of an unknown path', 404, 'OPTIONS /nowhere'),
  plain('a preflight', 204, 'OPTIONS /v1/checkout', { 'Access-Control-Request-Method': 'POST' }),
  plain('an address that cannot be decoded', 400, 'GET /v1/products/%zz'),
  plain('an address that is not UTF-8', 400, 'GET /v1/search?q=%ff%fe'),
  plain('no host', 400, 'GET /v1/products', { Host: '' }),
  plain('an unknown expectation', 200, 'GET /v1/categories', { Expect: 'a-miracle' }),
  plain('no HTTP', 400, 'HELLO'),
  plain('two lengths', 400, 'POST /v1/auth/login', { 'Content-Length': '2, 3' }, '{}'),
  plain('a broken chunk', 400, 'POST /v1/auth/login', { 'Transfer-Encoding': 'chunked' }, 'zz\r\n{}\r\n'),
  plain('a header that is too large', 431, 'GET /v1/products', { 'X-Large': 'x'.repeat(20_000) }),
  plain('an address that is too long', 431, `GET /v1/search?q=${'x'.repeat(20_000)}`),
  plain('a body that says it is too large', 413, 'POST /v1/auth/login', { 'Content-Length': '2000000' }),
  plain('a body that does not come', 408, 'POST /v1/auth/login', jsonBody('{}', { 'Content-Length': '100' }), '{"e'),
]

/** Refusals of the HTTP parser, which sees at most the first packet and so not the request's own id. */
const unread = new Set(['an address that is too long'])

describe.each(kinds)('every response, with services %s', (kind) => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway(kind, { UPLOAD_TIMEOUT_MS: '400' })
    t.service.respondWith((incoming, response, body) => {
      if (incoming.url === '/v1/me') return json({ code: 'internal' }, 500)(incoming, response, body)
      if (incoming.url?.endsWith('/nothing')) return json({ code: 'not_found' }, 404)(incoming, response, body)
      if (incoming.method === 'DELETE') return void response.writeHead(204).end()
      json({ ok: true }, 200, { 'x-request-id': 'of-the-service', 'x-trace-id': 'of-the-service' })(incoming, response, body)
    })
  })
  afterAll(() => t.stop())

  test.each(cases.map((one) => [one.name, one] as const))('%s', async (name, { status, ask }) => {
    const answer = await ask(t)
    expect(answer.status).toBe(status)
    const said = unread.has(name)
      ? { id: expect.stringMatching(/./), trace: expect.stringMatching(/^[0-9a-f]{32}$/) }
      : { id: requestId, trace: traceId }
    expect(answer.headers).toMatchObject({
      'x-request-id': said.id,
      'x-trace-id': said.trace,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      vary: expect.stringContaining('Origin'),
    })
    if (!unread.has(name)) expect(answer.headers['access-control-allow-origin']).toBe(origin)
    if (status < 400 || status === 500 || name === 'a cached read of nothing') return
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.headers['cache-control']).toBe('no-store')
    if (name === 'its HEAD') return
    const body = answer.body.startsWith('{')
      ? answer.body
      : answer.body.replace(/^[0-9a-f]+\r\n/, '').replace(/\r\n0\r\n\r\n$/, '')
    expect(JSON.parse(body)).toMatchObject({ status, traceId: said.trace, code: expect.stringMatching(/^[a-z_]+$/) })
    if (status === 405) expect(answer.headers.allow).toBeDefined()
  })

  test('a request head that does not end is 408', async () => {
    const connection = await openRaw(t.url)
    connection.write('GET /v1/products HTTP/1.1\r\nHost: shop.example\r\nX-Slow')
    const answer = parseAnswer(await connection.closed)
    expect(answer.status).toBe(408)
    expect(answer.headers).toMatchObject({
      'x-request-id': expect.stringMatching(/^req_/),
      'x-content-type-options': 'nosniff',
      vary: 'Origin',
    })
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'request_timeout', traceId: answer.headers['x-trace-id'] })
  })

  test('a response to another origin has no CORS headers and varies by Origin', async () => {
    for (const line of ['GET /v1/categories', 'GET /nowhere', 'HELLO']) {
      const { headers } = await sendRaw(t.url, request(line, { Origin: 'https://evil.example' }))
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers.vary?.split(', ')).toContain('Origin')
    }
  })

  test('garbage after a request does not truncate its response', async () => {
    const release = Promise.withResolvers<void>()
    t.service.respondWith(
      (_, response) => void release.promise.then(() => response.writeHead(200, { 'content-type': 'text/plain' }).end('whole')),
    )
    const asked = t.service.seen.length
    const connection = await openRaw(t.url)
    const asking = request('GET /v1/orders', { Connection: 'keep-alive', Authorization: `Bearer ${await t.token(ann)}` })
    connection.write(`${asking}\0\0garbage\r\n\r\n`)
    await expect.poll(() => t.service.seen.length).toBe(asked + 1)
    release.resolve()
    const text = await connection.closed
    expect(text).toMatch(/^HTTP\/1\.1 200 /)
    expect(text).toContain('whole')
    expect(text).not.toContain('HTTP/1.1 400')
  })
})

test('a call beyond its limit, on any path and with any method, is 429 with every header', async () => {
  await using t = await startGateway('in this process', { GATEWAY_RATE_READ_PER_MIN: '2', GATEWAY_RATE_WRITE_PER_MIN: '1' })
  for (const line of ['GET /nowhere', 'OPTIONS /v1/products'])
    expect((await sendRaw(t.url, request(line))).status).toBeLessThan(405)
  expect((await sendRaw(t.url, request('POST /nowhere'))).status).toBe(404)
  const lines = [
    'GET /nowhere',
    'GET /openapi.json',
    'OPTIONS /v1/products',
    'DELETE /v1/products',
    'GET /docs',
    'HEAD /v1/categories',
    'PUT /',
  ]
  const preflight = request('OPTIONS /v1/cart', { 'Access-Control-Request-Method': 'POST' })
  for (const bytes of [...lines.map((line) => request(line)), preflight]) {
    const answer = await sendRaw(t.url, bytes)
    expect(answer.status).toBe(429)
    expect(answer.headers).toMatchObject({
      'x-request-id': requestId,
      'x-trace-id': traceId,
      'access-control-allow-origin': origin,
      'x-content-type-options': 'nosniff',
      'retry-after': expect.stringMatching(/^\d+$/),
      'cache-control': 'no-store',
    })
  }
  // Probes are not limited: the supervisor must pass when its address has made many calls.
  expect((await sendRaw(t.url, request('GET /readyz'))).status).toBe(200)
})

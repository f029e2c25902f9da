// Forwarding: which requests, headers and bodies pass the gateway, over HTTP and in process.
import { request as rawRequest } from 'node:http'
import { eventually } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ann, type GatewayUnderTest, json, kinds, startGateway } from '../../fixtures.ts'

describe.each(kinds)('forwarding to a service %s', (kind) => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway(kind, { GATEWAY_CACHE_ENTRIES: '0' })
  })
  afterAll(() => t.stop())
  beforeEach(() => {
    t.service.seen.length = 0
    t.service.respondWith(json({ ok: true }))
  })
  const seen = () => {
    const last = t.service.seen.at(-1)
    if (last === undefined) throw new Error('the service was not asked')
    return last
  }

  test('only paths of the contracts are forwarded, and internal ones are 404', async () => {
    for (const path of [
      '/internal/variants',
      '/internal/carts/open?principalId=usr_ann00001',
      '/internal/dead-letters',
      '/metrics',
      '/v1/unknown',
      '/v1/products/a/b/c',
      '//v1/products',
    ]) {
      const answer = await t.as(ann).get(path)
      expect({ path, status: answer.status, code: answer.body.code }).toEqual({ path, status: 404, code: 'not_found' })
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
    }
    expect(t.service.seen).toEqual([])
  })

  test('a wrong method is 405 with Allow, and a malformed path is 400', async () => {
    const wrong = await t.as(ann).del('/v1/products')
    expect({ status: wrong.status, allow: wrong.headers.get('allow') }).toEqual({ status: 405, allow: 'GET, HEAD, OPTIONS' })
    expect(wrong.body.code).toBe('method_not_allowed')
    // A literal segment of one route is not matched as the parameter of another.
    for (const [method, path, allow] of [
      ['GET', '/v1/orders/lookup', 'OPTIONS, POST'],
      ['HEAD', '/v1/orders/lookup/', 'OPTIONS, POST'],
      ['GET', '/v1/orders/lookup?waitSec=1', 'OPTIONS, POST'],
      ['QUERY', '/v1/cart', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
      ['QUERY', '/v1/orders/lookup', 'OPTIONS, POST'],
      ['OPTIONS', '/v1/orders/lookup', 'OPTIONS, POST'],
    ] as const) {
      const answer = await fetch(t.url + path, { method })
      expect([method, path, answer.status, answer.headers.get('allow')]).toEqual([
        method,
        path,
        method === 'OPTIONS' ? 204 : 405,
        allow,
      ])
    }
    const broken = await fetch(`${t.url}/v1/products/%E0%A4%A`)
    expect(broken.status).toBe(400)
    expect(broken.headers.get('content-type')).toContain('application/problem+json')
  })

  test('identity headers of the client are removed, and the gateway sets its own', async () => {
    await t.as(ann).get('/v1/orders', {
      headers: {
        'x-user-id': 'usr_admin001',
        'x-user-role': 'admin',
        'x-principal': 'x',
        'x-forwarded-for': '1.2.3.4',
        'x-forwarded-host': 'evil.example',
        forwarded: 'for=1.2.3.4',
        'x-real-ip': '1.2.3.4',
        'x-internal-token': 'x',
        te: 'trailers',
        'x-request-id': 'my-request-1',
        'x-own': 'kept',
      },
    })
    const { headers } = seen()
    for (const name of ['x-user-id', 'x-user-role', 'x-principal', 'forwarded', 'x-real-ip', 'x-internal-token', 'te'])
      expect(headers[name]).toBeUndefined()
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-own': 'kept',
      'x-request-id': 'my-request-1',
    })
    expect(headers['x-forwarded-host']).toBe(new URL(t.url).host)
    expect(headers.authorization).toMatch(/^Bearer /)
  })

  test('headers that Connection names are not forwarded', async () => {
    await new Promise<void>((resolve, reject) => {
      const request = rawRequest(
        `${t.url}/v1/categories`,
        {
          headers: {
            connection: 'close, x-hop',
            'x-hop': '1',
            'x-stays': '1',
            'keep-alive': 'timeout=5',
            'proxy-authorization': 'Basic x',
          },
        },
        (response) => response.resume().on('end', resolve),
      )
      request.on('error', reject).end()
    })
    expect(seen().headers['x-stays']).toBe('1')
    for (const name of ['x-hop', 'keep-alive', 'proxy-authorization']) expect(seen().headers[name]).toBeUndefined()
  })

  test('a trace passes unchanged while tracing is off, and a malformed one is replaced', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`
    await t.as(ann).get('/v1/cart', { headers: { traceparent } })
    expect(seen().headers.traceparent).toBe(traceparent)
    await t.as(ann).get('/v1/cart', { headers: { traceparent: '00-nonsense' } })
    expect(seen().headers.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  })

  test('a webhook’s bytes and signature reach the service unchanged', async () => {
    const body = Buffer.from('{ "id":"evt_1",\n\t"amount":1.0,  "name":"Zoë \u{1F6D2}" }\r\n')
    const answer = await fetch(`${t.url}/v1/webhooks/stripe`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': 't=1,v1=abc' },
    })
    expect(answer.status).toBe(200)
    expect(seen().body.equals(body)).toBe(true)
    expect(seen().headers['stripe-signature']).toBe('t=1,v1=abc')
  })

  test('a response reaches the client unchanged, with the gateway’s headers added', async () => {
    const body = JSON.stringify({ name: 'Zoë', text: 'ü'.repeat(20_000) })
    t.service.respondWith((_, response) =>
      response
        .writeHead(201, {
          'content-type': 'application/json; charset=utf-8',
          'idempotent-replayed': 'true',
          'content-length': Buffer.byteLength(body),
        })
        .end(body),
    )
    const answer = await t
      .as(ann)
      .post(
        '/v1/cart/lines',
        { sku: 'MUG', quantity: 1 },
        { headers: { origin: 'http://localhost:3000', 'x-request-id': 'abc' } },
      )
    expect(answer.status).toBe(201)
    expect(answer.text).toBe(body)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'idempotent-replayed': 'true',
      'x-request-id': 'abc',
      'access-control-allow-origin': 'http://localhost:3000',
      'access-control-expose-headers': expect.stringContaining('Idempotent-Replayed'),
      'x-content-type-options': 'nosniff',
      'ratelimit-limit': expect.any(String),
      'ratelimit-remaining': expect.any(String),
    })
  })

  test('problems and empty responses of a service reach the client unchanged', async () => {
    const problem = {
      type: 'http://localhost:8080/errors/out_of_stock',
      title: 'Not enough stock',
      status: 409,
      code: 'out_of_stock',
      shortages: [{ sku: 'MUG' }],
    }
    t.service.respondWith((_, response) =>
      response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem)),
    )
    const refused = await t.as(ann).post('/v1/checkout', {})
    expect({ status: refused.status, body: refused.body, type: refused.headers.get('content-type') }).toEqual({
      status: 409,
      body: problem,
      type: 'application/problem+json',
    })
    t.service.respondWith((_, response) => response.writeHead(204).end())
    expect(await t.as(ann).del('/v1/me')).toMatchObject({ status: 204, text: '' })
  })

  test('a HEAD response has the headers of GET and no body', async () => {
    t.service.respondWith((request, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': 11 })
        .end(request.method === 'HEAD' ? undefined : '{"ok":true}'),
    )
    const answer = await fetch(`${t.url}/v1/categories`, { method: 'HEAD' })
    expect({ status: answer.status, length: answer.headers.get('content-length'), text: await answer.text() }).toEqual({
      status: 200,
      length: '11',
      text: '',
    })
  })

  test('a preflight is allowed for configured origins only', async () => {
    const preflight = (origin: string) =>
      fetch(`${t.url}/v1/cart/lines`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,idempotency-key',
        },
      })
    const allowed = await preflight('http://localhost:5173')
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    expect(allowed.headers.get('access-control-allow-headers')).toContain('Idempotency-Key')
    expect(allowed.headers.get('access-control-allow-methods')).toContain('PATCH')
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
    expect(t.service.seen).toEqual([])
  })

  test('a long response is streamed while the service writes it', async () => {
    let goOn: () => void = () => undefined
    t.service.respondWith((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('[1,')
      goOn = () => void response.end('2]')
    })
    const answer = await fetch(`${t.url}/v1/orders/ord_000001/payment?waitSec=20`, {
      headers: { authorization: `Bearer ${await t.token(ann)}` },
    })
    const reader = answer.body?.getReader()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('[1,')
    goOn()
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe('2]')
  })

  test('a client that disconnects ends the request at the service', async () => {
    let left = false
    t.service.respondWith((_, response) => {
      response.on('close', () => {
        left = true
      })
    })
    const abort = new AbortController()
    const asked = fetch(`${t.url}/v1/orders/ord_000001/payment?waitSec=20`, {
      signal: abort.signal,
      headers: { authorization: `Bearer ${await t.token(ann)}` },
    })
    await eventually('the service is asked', () => t.service.seen.length === 1)
    abort.abort()
    await expect(asked).rejects.toThrow()
    await eventually('the service notices', () => left)
    t.service.respondWith(json({ ok: true }))
    expect((await t.as(ann).get('/v1/orders')).status).toBe(200)
  })

  test('a slow client receives a large response completely', async () => {
    const body = 'x'.repeat(8 * 1024 * 1024)
    t.service.respondWith((_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(body))
    expect((await t.as(ann).get('/v1/orders')).text.length).toBe(body.length)
  })

  test('a response that was awaited when the gateway began to stop ends the client’s connection', async () => {
    await using stopping = await startGateway(kind)
    const release = Promise.withResolvers<void>()
    const asked = Promise.withResolvers<void>()
    stopping.service.respondWith((...args) => {
      asked.resolve()
      void release.promise.then(() => json({ ok: true })(...args))
    })
    const answer = stopping.as(ann).get('/v1/orders')
    await asked.promise
    const stopped = stopping.running.stop()
    release.resolve()
    expect({ status: (await answer).status, connection: (await answer).headers.get('connection') }).toEqual({
      status: 200,
      connection: 'close',
    })
    await stopped
  })

  test('a body whose Content-Length is too large is refused before it is read', async () => {
    const answer = await t.as(ann).post('/v1/cart/lines', `{"sku":"${'x'.repeat(1024 * 1024)}"}`)
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 413, code: 'payload_too_large' })
    expect(t.service.seen).toEqual([])
  })
})

// HTTP upstream: a service that is down, breaks connections or does not respond in time.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { eventually, freePort } from '@cartwright/testing'
import { describe, expect, test } from 'vitest'
import { ann, type GatewayUnderTest, json, startGateway } from '../fixtures.ts'

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port
const listening = (server: { listen(port: number, host: string, done: () => void): unknown }, port = 0) =>
  new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
const closed = (server: { close(done: () => void): unknown }) =>
  new Promise<void>((resolve) => void server.close(() => resolve()))

const ok = (): Server => createServer((_, response) => response.end('{"ok":true}'))

describe('a service in another process', () => {
  test('that is down is 503 with Retry-After until it is back, while other services respond', async () => {
    const port = await freePort()
    await using t = await startGateway('in another process', {
      CATALOG_URL: `http://127.0.0.1:${port}`,
      GATEWAY_CACHE_ENTRIES: '0',
    })
    for (let turn = 0; turn < 4; turn++) {
      const answer = await t.anonymous.get('/v1/categories')
      expect({ status: answer.status, code: answer.body.code, type: answer.headers.get('content-type') }).toMatchObject({
        status: 503,
        code: 'upstream_unavailable',
        type: expect.stringContaining('problem+json'),
      })
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect((await t.as(ann).get('/v1/cart')).status).toBe(200)
    // The circuit is open: requests fail at once instead of after a failed connection and its retries, which take 100 ms and more.
    const times: number[] = []
    for (let turn = 0; turn < 5; turn++) {
      const started = performance.now()
      await t.anonymous.get('/v1/categories')
      times.push(performance.now() - started)
    }
    expect(Math.min(...times)).toBeLessThan(80)
    const server = ok()
    await listening(server, port)
    await eventually('the gateway finds it', async () => (await t.anonymous.get('/v1/categories')).status === 200)
    await t.stop()
    await closed(server)
  })

  test.each([
    ['GET', (t: GatewayUnderTest) => t.anonymous.get('/v1/categories')],
    ['POST, which was not sent yet', (t: GatewayUnderTest) => t.as(ann).post('/v1/cart/lines', { sku: 'MUG', quantity: 1 })],
  ])('that starts during the retries answers the %s', async (_, ask) => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    await using t = await startGateway('in another process', { CATALOG_URL: url, CART_URL: url, GATEWAY_CACHE_ENTRIES: '0' })
    const server = ok()
    const refused = Promise.withResolvers<void>()
    const onRefused = () => void listening(server, port).then(refused.resolve)
    subscribe('undici:client:connectError', onRefused)
    expect((await ask(t)).status).toBe(200)
    unsubscribe('undici:client:connectError', onRefused)
    await refused.promise
    await t.stop()
    await closed(server)
  })

  test('that breaks a kept-alive connection gets a GET again and never a POST', async () => {
    let connections = 0
    let broken = 0
    const server = createServer((request, response) => {
      if (broken++ === 0) request.socket.destroy()
      else response.end('{"ok":true}')
    })
    server.on('connection', () => connections++)
    await listening(server)
    const url = `http://127.0.0.1:${portOf(server)}`
    await using t = await startGateway('in another process', { CATALOG_URL: url, CART_URL: url, GATEWAY_CACHE_ENTRIES: '0' })
    expect((await t.anonymous.get('/v1/categories')).status).toBe(200)
    expect(broken).toBe(2)
    broken = 0
    expect((await t.as(ann).post('/v1/cart/lines', { sku: 'MUG', quantity: 1 })).status).toBe(503)
    expect(broken).toBe(1)
    expect(connections).toBeGreaterThan(1)
    await t.stop()
    await closed(server)
  })

  test('that offers to keep a connection for a minute finds it closed by the gateway within seconds', async () => {
    const sockets: Socket[] = []
    const server = ok()
    server.keepAliveTimeout = 60_000
    server.on('connection', (socket) => sockets.push(socket))
    await listening(server)
    await using t = await startGateway('in another process', {
      CATALOG_URL: `http://127.0.0.1:${portOf(server)}`,
      GATEWAY_CACHE_ENTRIES: '0',
    })
    expect((await t.anonymous.get('/v1/categories')).status).toBe(200)
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false])
    await eventually('the gateway closes it', () => sockets.every(({ destroyed }) => destroyed))
    await t.stop()
    await closed(server)
  })

  test('that responds with errors keeps the circuit closed', async () => {
    await using t = await startGateway('in another process', { GATEWAY_CACHE_ENTRIES: '0' })
    t.service.respondWith((_, response) =>
      response.writeHead(500, { 'content-type': 'application/problem+json' }).end('{"code":"internal"}'),
    )
    for (let turn = 0; turn < 12; turn++) expect((await t.anonymous.get('/v1/categories')).status).toBe(500)
    expect(t.service.seen).toHaveLength(12)
  })

  test('a body without a length is refused when it grows too large', async () => {
    await using t = await startGateway('in another process')
    const chunks = async function* () {
      for (let n = 0; n < 40; n++) yield new TextEncoder().encode('x'.repeat(64 * 1024))
    }
    const answer = await fetch(`${t.url}/v1/cart/lines`, {
      method: 'POST',
      duplex: 'half',
      body: ReadableStream.from(chunks()),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await t.token(ann)}` },
    } as RequestInit)
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ code: 'payload_too_large' })
  })

  test('answers short requests while long polls occupy all slow connections', async () => {
    await using t = await startGateway('in another process')
    const crowd: ServerResponse[] = []
    t.service.respondWith((request, response) => {
      if (request.url === '/v1/checkout') crowd.push(response)
      else json({ ok: true })(request, response, Buffer.alloc(0))
    })
    const waiting = Array.from({ length: 300 }, () => t.as(ann).post('/v1/checkout', {}))
    await eventually('the whole crowd has come through', () => crowd.length === 300)
    expect((await t.as(ann).get('/v1/orders')).status).toBe(200)
    for (const response of crowd) response.writeHead(201, { 'content-type': 'application/json' }).end('{}')
    expect((await Promise.all(waiting)).every(({ status }) => status === 201)).toBe(true)
  })

  test('that fails in the middle of a response ends the client’s response', async () => {
    await using t = await startGateway('in another process')
    t.service.respondWith((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
      response.write('{"half":')
      setImmediate(() => response.destroy())
    })
    await expect(t.as(ann).get('/v1/orders')).rejects.toThrow()
  })
})

// What passes through from the gateway: pictures and stock, and what a browser gets while the gateway is away.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { passThrough } from './pass-through.ts'

let gateway: Server
let openStreams = 0
const app = Fastify()
const away = Fastify()

beforeAll(async () => {
  gateway = createServer((request, response) => {
    if (request.url === '/v1/images/mug')
      return response.writeHead(200, { 'content-type': 'image/svg+xml', 'cache-control': 'max-age=60' }).end('<svg/>')
    if (request.url === '/v1/images/page') return response.writeHead(200, { 'content-type': 'text/html' }).end('<script>')
    if (request.url !== '/v1/products/mug/stock-events') return response.writeHead(404).end()
    openStreams++
    response.on('close', () => openStreams--)
    return response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .write(`data: ${request.headers['x-forwarded-for']}\n\n`)
  })
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  passThrough(app, { gatewayUrl: `http://127.0.0.1:${(gateway.address() as AddressInfo).port}` })
  // Nothing listens on port 1.
  passThrough(away, { gatewayUrl: 'http://127.0.0.1:1' })
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  gateway.closeAllConnections()
  await Promise.all([app.close(), away.close()])
  gateway.close()
})

test('a picture keeps its caching, and can run nothing', async () => {
  const { statusCode, headers, body } = await app.inject('/v1/images/mug')
  expect([statusCode, headers['cache-control'], body]).toEqual([200, 'max-age=60', '<svg/>'])
  expect(headers['content-security-policy']).toContain('sandbox')
})

test.each(['/v1/images/page', '/v1/images/none', '/v1/products/none/stock-events'])('%s is not found', async (path) => {
  expect((await app.inject(path)).statusCode).toBe(404)
})

test('stock is a stream for the visitor, and ends at the gateway when the visitor leaves', async () => {
  const { port } = app.server.address() as AddressInfo
  const leave = new AbortController()
  const answer = await fetch(`http://127.0.0.1:${port}/v1/products/mug/stock-events`, { signal: leave.signal })
  const { value } = (await answer.body?.getReader().read()) ?? {}
  expect(new TextDecoder().decode(value)).toBe('data: 127.0.0.1\n\n')
  expect(openStreams).toBe(1)
  leave.abort()
  await vi.waitFor(() => expect(openStreams).toBe(0), 2000)
})

test.each(['/v1/images/mug', '/v1/products/mug/stock-events'])('%s is unavailable while the gateway is away', async (path) => {
  expect((await away.inject(path)).statusCode).toBe(503)
})

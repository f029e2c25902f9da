// Uploads: slow ones do not delay other requests, large ones arrive unchanged, and an aborted one reaches no service.
import { randomBytes } from 'node:crypto'
import { openRaw, parseAnswer, type RawConnection } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ann, type GatewayUnderTest, json, kinds, startGateway } from '../../fixtures.ts'

const connectionCount = 130
const timeoutMs = 5000

const head = (path: string, headers: Record<string, string>): string =>
  `POST ${path} HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`

describe.each(kinds)('uploads to a service %s', (kind) => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway(kind, { UPLOAD_TIMEOUT_MS: String(timeoutMs), GATEWAY_CACHE_ENTRIES: '0' })
  })
  afterAll(() => t.stop())
  beforeEach(() => {
    t.service.seen.length = 0
    t.service.respondWith(json({ ok: true }))
  })

  /** Opens slow connections that send one piece every 200 ms. */
  const trickle = async (begin: string, piece: string): Promise<{ connections: RawConnection[]; stop: () => void }> => {
    const connections = await Promise.all(Array.from({ length: connectionCount }, () => openRaw(t.url)))
    for (const connection of connections) connection.write(begin)
    const drip = setInterval(() => {
      for (const connection of connections) connection.write(piece)
    }, 200)
    return { connections, stop: () => clearInterval(drip) }
  }

  test.each([
    ['to the webhook', head('/v1/webhooks/stripe', { 'Content-Length': '100000', 'Stripe-Signature': 't=1,v1=a' }), ' '],
    ['to sign-in, without a length', head('/v1/auth/login', { 'Transfer-Encoding': 'chunked' }), '1\r\n \r\n'],
    ['whose heads do not end', 'POST /v1/auth/login HTTP/1.1\r\nHost: shop.example\r\nX-Slow: ', 'x'],
  ])(`${connectionCount} slow uploads %s delay no other request and end with 408`, async (_, begin, piece) => {
    const { connections, stop } = await trickle(begin, piece)
    const started = performance.now()
    const calls = [
      () => t.anonymous.post('/v1/webhooks/stripe', { id: 'evt_1' }),
      () => t.anonymous.post('/v1/auth/login', { email: 'a@example.com', password: 'x' }),
      () => t.as(ann).get('/v1/orders'),
    ]
    for (let turn = 0; turn < 3; turn++) for (const call of calls) expect((await call()).status).toBe(200)
    // The slow connections were still open.
    expect(performance.now() - started).toBeLessThan(timeoutMs)
    const ended = await Promise.all(connections.map(({ closed }) => closed))
    stop()
    for (const text of ended)
      expect(parseAnswer(text)).toMatchObject({ status: 408, body: expect.stringContaining('request_timeout') })
    expect(t.service.seen).toHaveLength(9)
  })

  test.each([
    ['with a length', (body: Buffer) => body],
    [
      'in chunks',
      (body: Buffer) => ReadableStream.from([body.subarray(0, 7), body.subarray(7, 500_000), body.subarray(500_000)]),
    ],
  ])('a mebibyte %s arrives byte for byte, and one byte more is refused', async (_, bodyOf) => {
    const body = randomBytes(1024 * 1024)
    const send = (bytes: Buffer) =>
      fetch(`${t.url}/v1/webhooks/stripe`, {
        method: 'POST',
        duplex: 'half',
        body: bodyOf(bytes),
        headers: { 'content-type': 'application/json', 'stripe-signature': 't=1,v1=a' },
      } as RequestInit)
    expect((await send(body)).status).toBe(200)
    expect(t.service.seen[0]?.body.equals(body)).toBe(true)
    expect(t.service.seen[0]?.headers['content-length']).toBe(String(body.length))
    const tooMuch = await send(Buffer.concat([body, Buffer.from('x')]))
    expect({ status: tooMuch.status, problem: await tooMuch.json() }).toMatchObject({
      status: 413,
      problem: { code: 'payload_too_large' },
    })
    expect(t.service.seen).toHaveLength(1)
  })

  test('an upload that the client aborts reaches no service', async () => {
    for (const framing of [{ 'Content-Length': '100' }, { 'Transfer-Encoding': 'chunked' }]) {
      const connection = await openRaw(t.url)
      connection.write(`${head('/v1/webhooks/stripe', framing)}5\r\n{"id"\r\n`)
      connection.end()
      await connection.closed
    }
    expect((await t.anonymous.post('/v1/auth/login', {})).status).toBe(200)
    expect(t.service.seen.map(({ url }) => url)).toEqual(['/v1/auth/login'])
  })

  test('an empty body reaches the service as no body, with either framing', async () => {
    for (const [framing, body] of [
      [{ 'Content-Length': '0' }, ''],
      [{ 'Transfer-Encoding': 'chunked' }, '0\r\n\r\n'],
      [{}, ''],
    ] as const) {
      const connection = await openRaw(t.url)
      connection.write(head('/v1/auth/login', { ...framing, Connection: 'close' }) + body)
      expect(parseAnswer(await connection.closed).status).toBe(200)
      expect(t.service.seen.at(-1)?.body).toHaveLength(0)
    }
  })
})

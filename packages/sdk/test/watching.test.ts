// Watching an order: waiting for its payment, its stream of events, and the long polls in place of the stream.
import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { createClient, memoryTokens } from '../src/index.ts'
import { type Answer, inTurn, problem, type Received, startGateway } from './gateway.fixture.ts'

const tokens = () => memoryTokens({ accessToken: 'a', refreshToken: 'r', principal: { id: 'gst_1', role: 'guest' } })
const isStream = ({ path }: Received) => path.endsWith('/events')

/** Writes chunks, then ends the stream or cuts it. */
const stream =
  (chunks: string[], end: 'end' | 'cut' | 'open' = 'open'): Answer =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const chunk of chunks) response.write(chunk)
    if (end === 'end') response.end()
    if (end === 'cut') setTimeout(() => response.socket?.resetAndDestroy(), 20)
  }

const take = async <T>(events: AsyncIterable<T>, count: number): Promise<T[]> => {
  const taken: T[] = []
  for await (const event of events) if (taken.push(event) === count) break
  return taken
}

describe('waiting for the payment', () => {
  test('asks with the state that it knows until the page can be opened', async () => {
    await using gateway = await startGateway(
      inTurn({ body: { state: 'preparing' } }, (response) => {
        setTimeout(
          () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"state":"open","url":"http://pay"}'),
          50,
        )
      }),
    )
    const shop = createClient({ baseUrl: gateway.url, tokens: tokens() })
    expect(await shop.orders.waitForPayment('ord_1', { until: 'open' })).toMatchObject({ url: 'http://pay' })
    expect(gateway.calls()).toEqual(['GET /v1/orders/ord_1/payment', 'GET /v1/orders/ord_1/payment?waitSec=20&known=preparing'])
  })

  test('ends when paying has ended, however it went', async () => {
    await using gateway = await startGateway(inTurn({ body: { state: 'open' } }, { body: { state: 'expired' } }))
    const shop = createClient({ baseUrl: gateway.url, tokens: tokens() })
    expect(await shop.orders.waitForPayment('ord_1')).toEqual({ state: 'expired' })
  })

  test('does not hurry a shop that answers at once', async () => {
    await using gateway = await startGateway(() => ({ body: { state: 'open' } }))
    const shop = createClient({ baseUrl: gateway.url, tokens: tokens() })
    const signal = AbortSignal.timeout(1200)
    await expect(shop.orders.waitForPayment('ord_1', { signal })).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(gateway.received.length).toBeLessThan(5)
  })
})

describe('the events of an order', () => {
  test('are read whatever the chunks, and with every kind of line end', async () => {
    const text =
      ': hello\n\nid: 1\nevent: order\ndata: {"status":\ndata: "pending"}\n\nid:2\r\nevent:payment\r\ndata:{"state":"ö"}\r\n\r\nevent: other\ndata: {}\n\nid: 4\revent: order\rdata: {"status":"x"}\r\r'
    await using gateway = await startGateway(() => (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
      for (const byte of Buffer.from(text)) response.write(Buffer.of(byte))
      response.write('\n')
    })
    const shop = createClient({ baseUrl: gateway.url, tokens: tokens() })
    expect(await take(shop.orders.events('ord_1'), 3)).toEqual([
      { type: 'order', id: '1', data: { status: 'pending' } },
      { type: 'payment', id: '2', data: { state: 'ö' } },
      { type: 'order', id: '4', data: { status: 'x' } },
    ])
    expect(gateway.received[0]?.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer a' })
  })

  test('go on behind the last one after a cut and after an end: none is lost', async () => {
    const event = (id: number) => `id: ${id}\nevent: order\ndata: {"n":${id}}\n\n`
    await using gateway = await startGateway(({ headers }) => {
      const seen = Number(headers['last-event-id'] ?? 0)
      return stream([event(seen + 1), event(seen + 2), 'id: 99\nevent: order\n'], seen % 4 === 0 ? 'cut' : 'end')
    })
    const shop = createClient({ baseUrl: gateway.url, tokens: tokens() })
    const events = await take(shop.orders.events('ord_1', { lastEventId: '2' }), 7)
    expect(events.map(({ id }) => id)).toEqual(['3', '4', '5', '6', '7', '8', '9'])
  })

  test('are asked for again no sooner than the gateway says', async () => {
    await using gateway = await startGateway(({ headers }) =>
      stream([`retry: 700\n\nid: ${headers['last-event-id'] ?? 0}1\nevent: order\ndata: {}\n\n`], 'end'),
    )
    const shop = createClient({ baseUrl: gateway.url, tokens: tokens() })
    const startedAt = performance.now()
    await take(shop.orders.events('ord_1'), 2)
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(690)
  })

  test.each([
    ['without the endpoint', problem(404, 'not_found')],
    ['behind a proxy that answers something else', { body: 'hello', headers: { 'content-type': 'text/html' } } satisfies Answer],
    ['whose streams are cut again and again', stream([], 'cut')],
  ])('come by long polls from a gateway %s', async (_, answer) => {
    const order = inTurn({ body: { status: 'pending' } }, { body: { status: 'processing' } })
    const payment = inTurn({ body: { state: 'preparing' } }, { body: { state: 'open' } })
    await using gateway = await startGateway((request) => {
      if (isStream(request)) return answer
      return request.path.includes('/payment') ? payment() : order()
    })
    const shop = createClient({ baseUrl: gateway.url, tokens: tokens() })
    const events = await take(shop.orders.events('ord_1'), 4)
    const of = (type: string) => events.filter((event) => event.type === type).map(({ data }) => data)
    expect(of('order')).toEqual([{ status: 'pending' }, { status: 'processing' }])
    expect(of('payment')).toEqual([{ state: 'preparing' }, { state: 'open' }])
    expect(gateway.calls()).toContain('GET /v1/orders/ord_1?waitSec=5&known=pending')
  })

  test('of a stranger’s order are refused', async () => {
    await using gateway = await startGateway(() => problem(404, 'not_found'))
    const shop = createClient({ baseUrl: gateway.url, tokens: tokens() })
    await expect(take(shop.orders.events('ord_1'), 1)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('end with the signal', async () => {
    await using gateway = await startGateway(() => stream(['id: 1\nevent: order\ndata: {}\n\n']))
    const shop = createClient({ baseUrl: gateway.url, tokens: tokens() })
    const controller = new AbortController()
    const watched = (async () => {
      for await (const _ of shop.orders.events('ord_1', { signal: controller.signal })) controller.abort(new Error('left'))
    })()
    await expect(watched).rejects.toThrow('left')
    expect(gateway.received).toHaveLength(1)
  })

  test('leave nothing running when the loop ends', async () => {
    await using gateway = await startGateway((request) => (isStream(request) ? problem(404, 'not_found') : () => undefined))
    const shop = createClient({ baseUrl: gateway.url, tokens: tokens() })
    const events = shop.orders.events('ord_1')
    const controller = new AbortController()
    const first = take(shop.orders.events('ord_1', { signal: controller.signal }), 1)
    setTimeout(() => controller.abort(new Error('left')), 100)
    await expect(first).rejects.toThrow('left')
    await events.return()
  })
})

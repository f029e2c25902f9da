// Streams of server-sent events through the gateway: nothing is held back, slow readers are cut, and a stop ends them.
import type { ServerResponse } from 'node:http'
import { eventually, openEvents, openRaw } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ann, type GatewayUnderTest, json, kinds, startGateway } from '../../fixtures.ts'

const path = '/v1/orders/ord_000001/events'

/** Lets the service answer with a stream. @returns its responses, oldest first */
const streamsOf = (t: GatewayUnderTest): ServerResponse[] => {
  const responses: ServerResponse[] = []
  t.service.respondWith((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
    response.write('retry: 1000\n\n')
    responses.push(response)
  })
  return responses
}
const watch = async (t: GatewayUnderTest) => openEvents(t.url + path, { authorization: `Bearer ${await t.token(ann)}` })
const openStreams = async (t: GatewayUnderTest): Promise<number> =>
  Number(/^cartwright_event_streams_open\{[^}]*\} (\d+)/m.exec(await (await fetch(t.running.metricsUrl)).text())?.[1])

describe.each(kinds)('a stream of a service %s', (kind) => {
  let t: GatewayUnderTest
  beforeAll(async () => {
    t = await startGateway(kind)
  })
  afterAll(() => t.stop())

  test('reaches the client event by event, and its Last-Event-ID reaches the service', async () => {
    const [responses, token] = [streamsOf(t), await t.token(ann)]
    const stream = await openEvents(t.url + path, { authorization: `Bearer ${token}`, 'last-event-id': '41' })
    expect(t.service.seen.at(-1)?.headers['last-event-id']).toBe('41')
    expect(Object.fromEntries(stream.headers)).toMatchObject({ 'x-accel-buffering': 'no', 'cache-control': 'no-store' })
    for (const id of [42, 43]) {
      responses[0]?.write(`id: ${id}\nevent: order\ndata: {"at":${id}}\n\n`)
      expect(await stream.until('order', ({ at }) => at === id)).toMatchObject({ id: String(id) })
    }
    expect(await openStreams(t)).toBe(1)
    await stream.cut()
    await eventually('the service notices', () => responses[0]?.destroyed)
    await eventually('the gateway counts none', async () => (await openStreams(t)) === 0)
  })

  test('that the service ends is ended for the client, and one that breaks is broken', async () => {
    const responses = streamsOf(t)
    const [ended, broken] = [await watch(t), await watch(t)]
    responses[0]?.end()
    await ended.ended
    responses[1]?.destroy()
    await expect(broken.ended).rejects.toThrow()
  })

  test('of a client that does not read is cut by the gateway, or by the service when no gateway stands between them', async () => {
    const responses = streamsOf(t)
    const connection = await openRaw(t.url, { reads: false })
    connection.write(
      `GET ${path} HTTP/1.1\r\nHost: ${new URL(t.url).host}\r\nAuthorization: Bearer ${await t.token(ann)}\r\n\r\n`,
    )
    await eventually('the stream opens', () => responses.length === 1)
    const [response] = responses
    const event = `data: ${'x'.repeat(64 * 1024)}\n\n`
    await eventually('the stream is cut', () => {
      // As service-kit does.
      if ((response?.writableLength ?? 0) > 512 * 1024) response?.destroy()
      else response?.write(event)
      return response?.destroyed
    })
    await eventually('the gateway counts none', async () => (await openStreams(t)) === 0)
    connection.end()
  })

  test('is ended at once when the gateway stops, and does not delay the stop', async () => {
    await using stopping = await startGateway(kind)
    const responses = streamsOf(stopping)
    const stream = await watch(stopping)
    await eventually('the stream is open', () => responses.length === 1)
    const started = performance.now()
    const stopped = stopping.running.stop()
    await stream.ended
    await eventually('the service notices', () => responses[0]?.destroyed)
    // Events that the service sends meanwhile are discarded.
    responses[0]?.write('data: 1\n\n')
    await stopped
    expect(performance.now() - started).toBeLessThan(2000)
  })

  test('leaves the connections of other requests free', async () => {
    const responses = streamsOf(t)
    const open = await Promise.all(Array.from({ length: 200 }, () => watch(t)))
    expect(responses).toHaveLength(200)
    t.service.respondWith(json({ ok: true }))
    expect((await t.as(ann).get('/v1/orders')).status).toBe(200)
    await Promise.all(open.map((stream) => stream.cut()))
    await eventually('the gateway counts none', async () => (await openStreams(t)) === 0)
  })
})

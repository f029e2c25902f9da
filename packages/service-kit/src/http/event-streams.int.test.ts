// Streams of server-sent events over real sockets: limits per caller, comments, ends, slow readers and drain.
import type { AddressInfo } from 'node:net'
import { AppError } from '@cartwright/contracts'
import { eventually, movableClock, openEvents, openRaw } from '@cartwright/testing'
import Fastify from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createServiceMetrics } from '../operations/kit-metrics.ts'
import { createEventStreams, type EventStream } from './event-streams.ts'

const openServer = async () => {
  const clock = movableClock()
  const metrics = createServiceMetrics('order')
  const streams = createEventStreams({ clock, metrics, perCaller: 2 })
  const opened: EventStream[] = []
  const access = { allowed: true }
  const app = Fastify()
  app.setErrorHandler((error, _, reply) =>
    reply.code(error instanceof AppError && error.code === 'too_many_streams' ? 429 : 500).send({}),
  )
  app.get<{ Params: { caller: string } }>('/:caller', async (request, fastifyReply) => {
    const { caller } = request.params
    opened.push(streams.open({ request, fastifyReply, caller, isAllowed: async () => access.allowed }))
    return fastifyReply
  })
  app.addHook('preClose', async () => streams.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const metricOf = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\d+)`, 'm').exec(await metrics.registry.metrics())?.[1])
  const endsOf = (reason: string) => metricOf(`cartwright_event_streams_ended_total{reason="${reason}",service="order"}`)
  return { app, url, clock, access, opened, endsOf, open: () => metricOf('cartwright_event_streams_open{service="order"}') }
}

let t: Awaited<ReturnType<typeof openServer>>
beforeEach(async () => {
  t = await openServer()
})
afterEach(() => t.app.close())

const connect = (caller: string, headers: Record<string, string> = {}) => openEvents(`${t.url}/${caller}`, headers)

test('an event arrives with its name, id and data, and the head forbids buffering and storing', async () => {
  const stream = await connect('ann')
  t.opened[0]?.send({ event: 'order', id: 6, data: { note: 'two\nlines' } })
  await stream.until('order', () => true)
  expect(stream.text()).toMatch(/^retry: [1-3]\d{3}\n\nid: 6\nevent: order\ndata: \{"note":"two\\nlines"\}\n\n$/)
  expect(Object.fromEntries(stream.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  await stream.cut()
})

test('a caller with too many streams is refused, and may open another when one has ended; others are not affected', async () => {
  const [one] = [await connect('ann'), await connect('ann')]
  expect((await connect('ann')).status).toBe(429)
  expect((await connect('bob')).status).toBe(200)
  expect(await t.open()).toBe(3)
  await one.cut()
  await eventually('the stream is gone', async () => (await t.open()) === 2)
  expect((await connect('ann')).status).toBe(200)
  expect(await t.endsOf('client')).toBe(1)
})

test('a comment comes every fifteen seconds, and the stream ends after ten minutes', async () => {
  const stream = await connect('ann')
  await t.clock.advance('15s')
  await eventually('a comment arrives', () => stream.text().endsWith('\n\n:\n\n'))
  await t.clock.advance('10m')
  await stream.ended
  expect(await t.endsOf('lifetime')).toBe(1)
})

test('a stream ends when its caller may no longer read', async () => {
  const { ended } = await connect('ann')
  t.access.allowed = false
  await t.clock.advance('2s')
  await ended
  expect(await t.endsOf('access')).toBe(1)
})

test('the id of the last event is read, and anything else counts as none', async () => {
  const given = ['12', '', '1e3', '-1', '9'.repeat(16)]
  for (const [index, id] of given.entries()) await connect(`caller${index}`, { 'last-event-id': id })
  expect(t.opened.map(({ lastEventId }) => lastEventId)).toEqual([12, null, null, null, null])
})

test('a client that does not read is disconnected, with a bounded number of bytes in memory', async () => {
  const { hostname, host } = new URL(t.url)
  const connection = await openRaw(t.url, { reads: false })
  connection.write(`GET /slow HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  await eventually('the stream opens', () => t.opened.length === 1)
  const data = hostname.padEnd(16 * 1024, 'x')
  let sent = 0
  // The sockets of both sides take some megabytes before the process has to hold anything.
  await eventually('the stream is cut', async () => {
    for (let turn = 0; turn < 50 && t.opened[0]?.isOpen; turn++, sent++) t.opened[0].send({ event: 'x', data })
    return t.opened[0]?.isOpen === false
  })
  expect(sent).toBeGreaterThan(4)
  expect([await t.endsOf('slow'), await t.open()]).toEqual([1, 0])
  const connections = () => new Promise((resolve) => t.app.server.getConnections((_, count) => resolve(count)))
  await eventually('its socket is closed', async () => (await connections()) === 0)
  connection.end()
})

test('a stop ends every stream at once and refuses new ones', async () => {
  const streams = [await connect('ann'), await connect('bob')]
  const started = performance.now()
  await t.app.close()
  await Promise.all(streams.map(({ ended }) => ended))
  expect(performance.now() - started).toBeLessThan(2000)
  expect([await t.endsOf('drain'), await t.open()]).toEqual([2, 0])
})

test('HEAD answers the head of a stream and opens none', async () => {
  const response = await fetch(`${t.url}/ann`, { method: 'HEAD' })
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(await t.open()).toBe(0)
})

// Integration tests of the payment's long poll.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const timed = async <T>(work: Promise<T>): Promise<{ answer: T; ms: number }> => {
  const started = performance.now()
  const answer = await work
  return { answer, ms: performance.now() - started }
}

test('a long poll answers when the payment page opens', async () => {
  const order = await o.anOrderIn('opening')
  const waiting = timed(o.t.as(order.shopper).get(`/v1/orders/${order.id}/payment?waitSec=20&known=preparing`))
  const opening = timed(order.opened())
  const [{ answer, ms }, opened] = [await waiting, await opening]
  expect(answer).toMatchObject({ status: 200, body: { state: 'open', url: `https://pay.example/${order.id}` } })
  expect(ms).toBeLessThan(opened.ms + 200)
})

test('a long poll answers when a deadline changes the order', async () => {
  const order = await o.anOrderIn('opening')
  expect((await order.cancel()).status).toBe(202)
  const waiting = o.t.as(order.shopper).get(`/v1/orders/${order.id}/payment?waitSec=20&known=cancelling`)
  await order.expired()
  expect((await waiting).body.state).toBe('cancelled')
})

test('a changed state is answered at once, an unchanged one at the time limit', async () => {
  const order = await o.anOrderIn('paying')
  const stale = await timed(o.t.as(order.shopper).get(`/v1/orders/${order.id}/payment?waitSec=20&known=preparing`))
  expect(stale.ms).toBeLessThan(5000)
  const patient = await timed(o.t.as(order.shopper).get(`/v1/orders/${order.id}/payment?waitSec=1&known=open`))
  expect(patient.answer.body.state).toBe('open')
  expect(patient.ms).toBeGreaterThan(900)
})

test('an order of another shopper is not found, also by a long poll', async () => {
  const order = await o.anOrderIn('paying')
  expect(await o.t.as(o.aShopper()).get(`/v1/orders/${order.id}/payment?waitSec=20&known=open`)).toMatchObject({
    status: 404,
    body: { code: 'not_found' },
  })
  expect(await o.t.as(order.shopper).get(`/v1/orders/${order.id}/payment?waitSec=21`)).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/waitSec' }] },
  })
})

test('a service that stops ends its long polls', async () => {
  const own = await startOrder()
  const order = await own.anOrderIn('paying')
  const waiting = own.t.as(order.shopper).get(`/v1/orders/${order.id}/payment?waitSec=20&known=open`)
  await own.t.as(order.shopper).get(`/v1/orders/${order.id}/payment`)
  const { ms } = await timed(own.stop())
  expect((await waiting).body.state).toBe('open')
  expect(ms).toBeLessThan(10_000)
})

// Integration tests of the saga inspector: view, retry and compensation.
import { orderEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const act = async (id: string, action: 'retry' | 'compensate', body: object = action === 'retry' ? {} : { reason: 'stuck' }) => {
  const answer = await o.t.as(admin).post(`/v1/admin/sagas/${id}/${action}`, body, { key: null })
  await o.t.idle()
  return answer
}
const count = async (event: Parameters<OrderUnderTest['eventsOf']>[0], id: string) => (await o.eventsOf(event, id)).length

describe('the inspector', () => {
  test('shows state, deadline, awaited events, every step with its event, and sent and received events', async () => {
    const order = await o.anOrderIn('paying')
    await order.declined()
    const saga = await order.saga()
    expect(saga).toMatchObject({
      orderId: order.id,
      number: order.number,
      status: 'pending',
      state: 'paying',
      tries: 0,
      deadlineAt: expect.any(String),
      actions: ['retry', 'compensate'],
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      correlationId: expect.any(String),
      waitsFor: expect.arrayContaining(['payment.succeeded', 'payment.expired']),
      steps: [
        {
          input: 'stockReserved',
          event: { type: 'catalog.stock-reserved' },
          from: 'reserving',
          to: 'opening',
          effects: ['requestPayment'],
        },
        {
          input: 'sessionOpened',
          event: { type: 'payment.session-opened' },
          from: 'opening',
          to: 'paying',
          effects: ['rememberUrl'],
        },
        { input: 'payment.attempt-declined', from: 'paying', to: 'paying', effects: [] },
      ],
    })
    expect(saga.events.map((event: { direction: string; type: string }) => `${event.direction} ${event.type}`)).toEqual([
      'sent order.placed',
      'sent order.stock-requested',
      'received catalog.stock-reserved',
      'sent order.payment-requested',
      'received payment.session-opened',
      'received payment.attempt-declined',
    ])
  })

  test('shows deadlines and requests as steps without an event; a finished checkout waits for nothing', async () => {
    const order = await o.anOrderIn('opening')
    await o.t.clock.advance('26m')
    await o.t.idle()
    await order.cancel()
    await order.expired()
    const saga = await order.saga()
    expect(saga.steps.slice(1, 3)).toMatchObject([
      { input: 'timedOut', event: null, to: 'expiring' },
      { input: 'cancelAsked', event: null, to: 'cancelling' },
    ])
    expect(saga).toMatchObject({ state: 'cancelled', waitsFor: [], actions: [], deadlineAt: null, status: 'cancelled' })
  })

  test('answers operators only', async () => {
    const order = await o.anOrderIn('paying')
    const path = `/v1/admin/sagas/${order.id}`
    expect((await o.t.as(order.shopper).get(path)).status).toBe(403)
    expect((await o.t.anonymous.get(path)).status).toBe(401)
    expect((await o.t.as(admin).get('/v1/admin/sagas/ord_nothing01')).status).toBe(404)
    expect((await o.t.as(order.shopper).post(`${path}/compensate`, { reason: 'x' })).status).toBe(403)
    expect((await act('ord_nothing01', 'retry')).status).toBe(404)
    expect(await act(order.id, 'compensate', {})).toMatchObject({ status: 400, body: { errors: [{ path: '/reason' }] } })
  })
})

describe('a retry', () => {
  test.each([
    ['reserving', orderEvents.stockRequested],
    ['opening', orderEvents.paymentRequested],
    ['paying', orderEvents.paymentRequested],
    ['committing', orderEvents.stockCommitRequested],
  ] as const)('while %s it sends that request once more and changes nothing else', async (state, event) => {
    const order = await o.anOrderIn(state)
    const before = await order.saga()
    const answer = await act(order.id, 'retry')
    expect(answer).toMatchObject({ status: 200, body: { state, tries: before.tries, deadlineAt: before.deadlineAt } })
    expect(answer.body.steps.at(-1)).toMatchObject({ input: 'retryAsked', from: state, to: state })
    expect(await count(event, order.id)).toBe(2)
    expect(await o.t.sql(`SELECT actor, action FROM audit_entry WHERE target = '${order.id}'`)).toEqual([
      { actor: admin.id, action: 'saga.retry' },
    ])
  })

  test('is refused when the checkout waits for no event', async () => {
    const order = await o.anOrderIn('processing')
    expect(await act(order.id, 'retry')).toMatchObject({
      status: 409,
      body: { code: 'order_state', sagaState: 'confirmed', status: 409, allowed: [] },
    })
    expect(await o.t.sql(`SELECT id FROM audit_entry WHERE target = '${order.id}'`)).toEqual([])
  })
})

describe('a compensation', () => {
  test('cancels a stuck payment without its answer; late money is refunded', async () => {
    const order = await o.anOrderIn('paying')
    await order.cancel()
    const answer = await act(order.id, 'compensate')
    expect(answer).toMatchObject({ status: 200, body: { state: 'cancelled', status: 'cancelled' } })
    expect(answer.body.steps.at(-1)).toMatchObject({ input: 'compensateAsked', to: 'cancelled' })
    const read = await order.read()
    expect(read).toMatchObject({ cancelReason: 'operator', cancelNote: 'stuck' })
    expect(read.history[1]).toMatchObject({ actorId: admin.id, reason: 'stuck' })
    expect(await count(orderEvents.stockReleaseRequested, order.id)).toBe(1)
    await order.succeeded()
    expect(await count(orderEvents.refundRequested, order.id)).toBe(1)
    expect(await o.t.sql(`SELECT action FROM audit_entry WHERE target = '${order.id}'`)).toEqual([{ action: 'saga.compensate' }])
  })

  test.each(['committing', 'processing'] as const)(
    'after the money there is only forward: refused while %s, and nothing is written',
    async (state) => {
      const order = await o.anOrderIn(state)
      const before = await order.read()
      expect(await act(order.id, 'compensate')).toMatchObject({
        status: 409,
        body: { code: 'order_state', allowed: state === 'committing' ? ['retry'] : [] },
      })
      expect(await order.read()).toEqual(before)
    },
  )
})

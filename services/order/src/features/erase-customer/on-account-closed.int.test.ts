// Integration tests of erasure: finished orders lose their personal data at once, others when they finish.
import { identityEvents } from '@cartwright/contracts'
import { enqueueUnlessPending } from '@cartwright/messaging'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { eraseKind } from './erase.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

test('finished orders are erased at once, shipped ones after their arrival; totals and lines stay', async () => {
  const shopper = o.aShopper()
  const [done, live] = [await o.anOrderIn('paying', shopper), await o.anOrderIn('processing', shopper)]
  await done.cancel()
  await done.expired()
  await o.t.receive(identityEvents.accountClosed, { userId: shopper.id, at: o.t.clock.now().toISOString() }, { twice: true })
  expect(await done.read()).toMatchObject({
    email: null,
    cancelNote: null,
    addresses: { shipping: null },
    total: { amountMinor: 2000 },
    history: [{}, { to: 'cancelled', reason: null }],
  })
  expect(await live.read()).toMatchObject({ email: shopper.email, addresses: { shipping: { name: 'Dana Field' } } })
  await o.t.as(admin).post(`/v1/admin/orders/${live.id}/ship`, { carrier: 'Post', trackingNumber: 'T' })
  await o.t.as(admin).post(`/v1/admin/orders/${live.id}/deliver`, {})
  await o.t.clock.advance('11m')
  await o.t.idle()
  expect(await live.read()).toMatchObject({
    status: 'delivered',
    email: null,
    addresses: { shipping: null, billing: null },
    lines: [{ quantity: 2 }],
  })
})

test('the erasure waits for an order that another transaction has locked', async () => {
  const order = await o.anOrderIn('paying')
  await order.cancel()
  await order.expired()
  const { db } = o.t.running
  if (db === null) throw new Error('order has a schema')
  await db.run`UPDATE customer_order SET erase_when_done = TRUE WHERE id = ${order.id}`
  await db.tx(async (holder) => {
    await holder.rows`SELECT id FROM customer_order WHERE id = ${order.id} FOR UPDATE`
    await db.tx((tx) => enqueueUnlessPending(tx, eraseKind, 'ended', {}))
    // InnoDB refreshes this table only when no session has read it for 0.1 s.
    await expect
      .poll(() => db.rows`SELECT trx_id FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'`, {
        timeout: 5000,
        interval: 250,
      })
      .not.toEqual([])
  })
  await o.t.idle()
  expect((await order.read()).email).toBe(null)
})

test('an erased order cannot be looked up, and its late emails have no recipient', async () => {
  const order = await o.anOrderIn('paying')
  await order.expired()
  await o.t.receive(identityEvents.accountClosed, { userId: order.shopper.id, at: o.t.clock.now().toISOString() })
  await o.t.anonymous.post('/v1/orders/lookup', { number: order.number, email: order.shopper.email }, { key: null })
  await order.succeeded()
  expect(
    await o.t.sql(
      `SELECT payload FROM outbox_event WHERE event_type = 'order.lookup-requested' AND aggregate_id = '${order.id}'`,
    ),
  ).toEqual([])
  const [refund] = await o.t.sql(
    `SELECT payload FROM outbox_event WHERE event_type = 'order.refund-requested' AND aggregate_id = '${order.id}'`,
  )
  expect(JSON.parse(refund.payload).recipient).toEqual({ email: 'erased@invalid.example' })
})

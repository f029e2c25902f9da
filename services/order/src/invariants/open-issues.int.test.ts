// Orders whose refund failed are named to operators until another refund follows, and no others are.
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const secret = new TextEncoder().encode('development-internal-secret-for-tests')
const listed = async (wanted: string): Promise<string[]> => {
  const now = Math.floor(o.t.clock.now().getTime() / 1000)
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', typ: 'internal+jwt' })
    .setSubject('gateway')
    .setAudience('order')
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(secret)
  const { body } = await o.t.anonymous.get('/internal/open-issues', { headers: { authorization: `Bearer ${token}` } })
  return body.items.filter(({ kind }: { kind: string }) => kind === wanted).flatMap(({ ids }: { ids: string[] }) => ids)
}
const owed = () => listed('refunds-failed')

test('an order is named from the failure of its refund until another one is asked for', async () => {
  const [order, sound] = [await o.anOrderIn('processing'), await o.anOrderIn('processing')]
  await sound.refunded('rfd_sound00001', 500, 'dashboard')
  expect(await owed()).toEqual([])
  await order.cancel()
  await o.t.idle()
  const [refund] = (await order.read()).refunds
  await order.refundFailed(refund.id, 2000)
  expect(await owed()).toEqual([order.id])
  const again = await o.t.as(admin).post(`/v1/admin/orders/${order.id}/refunds`, { reason: 'another card' })
  expect(again.status).toBe(202)
  expect(await owed()).toEqual([])
  await order.refundFailed(again.body.refunds.at(-1).id, 2000)
  expect(await owed()).toEqual([order.id])
})

test('a failed refund of cancelled goods stays named when other goods are refunded', async () => {
  const order = await o.anOrderIn('processing', o.aShopper(), 3)
  const [{ id: lineId }] = (await order.read()).lines
  const cancelOne = () =>
    o.t.as(admin).post(`/v1/admin/orders/${order.id}/cancel`, { reason: 'broken', lines: [{ lineId, quantity: 1 }] })
  const [first] = (await cancelOne()).body.refunds
  await order.refundFailed(first.id, 1000)
  expect(await owed()).toContain(order.id)
  const [, second] = (await cancelOne()).body.refunds
  await order.refunded(second.id, 1000)
  expect(await owed()).toContain(order.id)
  const again = { reason: 'another card', amount: { amountMinor: 1000, currency: 'EUR' } }
  expect((await o.t.as(admin).post(`/v1/admin/orders/${order.id}/refunds`, again)).status).toBe(202)
  expect(await owed()).not.toContain(order.id)
})

test('a disputed order is named until the dispute has ended', async () => {
  const [won, lost] = [await o.anOrderIn('processing'), await o.anOrderIn('processing')]
  await won.disputed()
  await lost.disputed('dp_2')
  expect(await listed('disputes-open')).toEqual([won.id, lost.id])
  await won.disputeClosed('won')
  await lost.disputeClosed('lost', 'dp_2')
  expect(await listed('disputes-open')).toEqual([])
})

test('a refund that comes back after its success is owed again', async () => {
  const order = await o.anOrderIn('processing')
  await o.t.as(admin).post(`/v1/admin/orders/${order.id}/refunds`, { reason: 'sorry' })
  await o.t.idle()
  const [refund] = (await order.read()).refunds
  await order.refunded(refund.id, 2000)
  expect(await owed()).not.toContain(order.id)
  await order.refundFailed(refund.id, 2000)
  expect(await owed()).toContain(order.id)
})

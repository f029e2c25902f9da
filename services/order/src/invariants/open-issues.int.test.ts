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
const owed = async (): Promise<string[]> => {
  const now = Math.floor(o.t.clock.now().getTime() / 1000)
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', typ: 'internal+jwt' })
    .setSubject('gateway')
    .setAudience('order')
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(secret)
  const { body } = await o.t.anonymous.get('/internal/open-issues', { headers: { authorization: `Bearer ${token}` } })
  return body.items.filter(({ kind }: { kind: string }) => kind === 'refunds-failed').flatMap(({ ids }: { ids: string[] }) => ids)
}

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

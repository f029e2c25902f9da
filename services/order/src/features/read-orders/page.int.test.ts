// Integration tests of the order page: its message for every outcome, no addresses, services only.
import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

const secret = new TextEncoder().encode('development-internal-secret-for-tests')
/** Reads as the gateway does. */
const read = async (id: string) => {
  const now = Math.floor(o.t.clock.now().getTime() / 1000)
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', typ: 'internal+jwt' })
    .setSubject('gateway')
    .setAudience('order')
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(secret)
  return o.t.anonymous.get(`/internal/orders/${id}`, { headers: { authorization: `Bearer ${token}` } })
}
const page = async (id: string) => (await read(id)).body
type Order = Awaited<ReturnType<OrderUnderTest['anOrderIn']>>

test.each<
  [string, 'reserving' | 'opening' | 'paying' | 'committing' | 'processing', (order: Order) => Promise<unknown>, string[]]
>([
  ['sold out at once', 'reserving', (order) => order.rejected('reserve'), ['sold out', 'not been charged', 'in your cart again']],
  ['failed', 'paying', (order) => order.failed(), ['did not go through', 'not been charged', 'in your cart again']],
  ['expired', 'paying', (order) => order.expired(), ['not paid in time', 'not been charged', 'in your cart again']],
  [
    'sold out after the money',
    'committing',
    (order) => order.rejected('commit'),
    ['sold out', 'sending €20.00 back', 'cart stays as it is'],
  ],
  ['cancelled in processing', 'processing', (order) => order.cancel(), ['You asked us', 'sending €20.00 back', 'stays as it is']],
  [
    'cancelled by the shop',
    'processing',
    ({ id }) => o.t.as(admin).post(`/v1/admin/orders/${id}/cancel`, { reason: 'broken' }),
    ['We had to cancel it', 'sending €20.00 back'],
  ],
  [
    'paid after it had expired',
    'paying',
    async (order) => {
      await order.expired()
      await order.succeeded()
    },
    ['not paid in time', 'sending €20.00 back', 'in your cart again'],
  ],
  ['at the bank', 'processing', (order) => order.disputed(), ['Your bank is looking at this payment']],
])('the message of an order that is %s says so', async (_, state, happens, says) => {
  const order = await o.anOrderIn(state)
  await happens(order)
  await o.t.idle()
  const { message } = await page(order.id)
  for (const words of says) expect(message.text).toContain(words)
})

test('the message shows whether a refund is pending, sent or failed', async () => {
  for (const [end, says] of [
    ['refunded', 'We have sent €20.00 back'],
    ['refundFailed', 'We see to it and write to you'],
  ] as const) {
    const order = await o.anOrderIn('processing')
    await order.cancel()
    await o.t.idle()
    const [refund] = (await order.read()).refunds
    expect((await page(order.id)).message.text).toContain('We are sending €20.00 back')
    await order[end](refund.id, 2000)
    expect((await page(order.id)).message.text).toContain(says)
  }
})

test('the order page has lines, totals, history and the payment, but no address', async () => {
  const order = await o.anOrderIn('paying')
  const shown = await page(order.id)
  expect(shown).toMatchObject({
    number: order.number,
    lines: [{ sku: order.item.sku, quantity: 2 }],
    total: { amountMinor: 2000, currency: 'EUR' },
    payment: { state: 'open', url: `https://pay.example/${order.id}` },
    history: [{ to: 'pending' }],
  })
  expect(JSON.stringify(shown)).not.toMatch(/Dana Field|Quay|example\.com/)
})

test('only a service may read the order page', async () => {
  const order = await o.aPlacedOrder()
  expect((await o.t.as(admin).get(`/internal/orders/${order.id}`)).status).toBe(401)
  expect((await o.t.as(order.shopper).get(`/internal/orders/${order.id}`)).status).toBe(401)
  expect((await read('ord_nothing01')).status).toBe(404)
})

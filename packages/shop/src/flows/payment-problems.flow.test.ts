// Payment problems: declined, abandoned, late and racing payments never leave a charge without an order or a refund.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { cards, payOnPage } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
let sku = ''
let next = 0

beforeAll(async () => {
  shop = await startTestShop()
})
afterAll(() => shop?.stop())
beforeEach(async () => {
  next += 1
  sku = `LAMP-${next}`
  await shop.admin.stockUp({ sku, priceMinor: 2000, stock: 10 })
  await shop.idle()
})

const full = { onHand: 10, reserved: 0, available: 10 }
const refundsOf = async () => (await shop.ledger()).refunds.length

test('customer and admin receive a mail about a declined card, and another card pays on the same page', async () => {
  const guest = await shop.guest()
  const order = await guest.placeOrder(sku, 1, { email: 'dana@example.net' })
  const url = await guest.payUrl(order.id)
  const declined = await payOnPage(url, cards.declines)
  expect(declined.location).toBeNull()
  await shop.idle()
  expect(await guest.order(order.id)).toMatchObject({ status: 'pending', paymentStatus: 'awaiting' })
  expect((await guest.payment(order.id)).state).toBe('open')
  expect(shop.mailsTo('dana@example.net')).toHaveLength(1)
  expect(shop.mailsTo('admin@example.com').length).toBeGreaterThan(0)
  expect((await payOnPage(url, cards.pays)).status).toBe(303)
  await shop.idle()
  expect(await guest.order(order.id)).toMatchObject({ status: 'processing', paymentStatus: 'paid' })
})

test('a cancellation after a decline restores the cart and the stock', async () => {
  const guest = await shop.guest()
  const order = await guest.placeOrder(sku, 3)
  await guest.pay(order.id, cards.declines)
  await shop.idle()
  expect((await guest.cancel(order.id)).status).toBe(202)
  expect((await guest.cancel(order.id)).status).toBe(202)
  await shop.idle()
  expect(await guest.order(order.id)).toMatchObject({ status: 'cancelled', cancelReason: 'customer', refundStatus: 'none' })
  expect(await shop.admin.stockOf(sku)).toEqual(full)
  expect((await guest.cart()).lines).toMatchObject([{ sku, quantity: 3 }])
})

test('of two shoppers who order the last unit at once, one gets it and the other gets out_of_stock', async () => {
  await shop.admin.stockUp({ sku: `LAST-${next}`, stock: 1 })
  await shop.idle()
  const [one, two] = [await shop.guest(), await shop.guest()]
  await one.addToCart(`LAST-${next}`, 1)
  await two.addToCart(`LAST-${next}`, 1)
  const answers = await Promise.all([one.checkout(), two.checkout()])
  await shop.idle()
  const states = await Promise.all(
    answers.map(async (answer, index) => {
      if (answer.status !== 201) return answer.body.code
      const order = await (index === 0 ? one : two).order(answer.body.id)
      return order.status === 'cancelled' ? order.cancelReason : order.status
    }),
  )
  expect(states.sort()).toEqual(['out_of_stock', 'pending'])
  expect(await shop.admin.stockOf(`LAST-${next}`)).toEqual({ onHand: 1, reserved: 1, available: 0 })
})

test('an abandoned order expires, restores stock and cart, and the shopper receives one mail', async () => {
  const guest = await shop.guest()
  const order = await guest.placeOrder(sku, 2, { email: `walker-${next}@example.net` })
  await shop.idle()
  expect(await shop.admin.stockOf(sku)).toEqual({ onHand: 10, reserved: 2, available: 8 })
  await shop.advance('36m')
  await shop.advance('3m')
  expect(await guest.order(order.id)).toMatchObject({
    status: 'cancelled',
    cancelReason: 'payment_expired',
    paymentStatus: 'expired',
  })
  expect(await shop.admin.stockOf(sku)).toEqual(full)
  expect((await guest.cart()).lines).toMatchObject([{ sku, quantity: 2 }])
  expect(shop.mailsTo(`walker-${next}@example.net`)).toHaveLength(1)
})

test('a payment before the deadline whose webhook is lost still confirms the order', async () => {
  const guest = await shop.guest()
  const order = await guest.placeOrder(sku, 1)
  const url = await guest.payUrl(order.id)
  await shop.sandboxPost('/_sandbox/webhooks', { mode: 'drop' })
  expect((await payOnPage(url)).status).toBe(303)
  await shop.sandboxPost('/_sandbox/webhooks', { mode: 'deliver' })
  await shop.idle()
  await shop.advance('36m')
  await shop.advance('3m')
  expect(await guest.order(order.id)).toMatchObject({ status: 'processing', paymentStatus: 'paid' })
})

test('a payment that races a cancellation is refunded once, and the stock is restored once', async () => {
  const guest = await shop.guest()
  const order = await guest.placeOrder(sku, 1)
  const url = await guest.payUrl(order.id)
  await shop.idle()
  const before = await refundsOf()
  const [paid, cancelled] = await Promise.all([payOnPage(url), guest.cancel(order.id)])
  await shop.idle()
  const ended = await guest.order(order.id)
  if (paid.status === 303 && cancelled.status < 300) {
    expect(ended).toMatchObject({ status: 'cancelled', refundStatus: 'full' })
    expect(await refundsOf()).toBe(before + 1)
  } else if (paid.status === 303) expect(ended.status).toBe('processing')
  else expect(ended).toMatchObject({ status: 'cancelled', refundStatus: 'none' })
  const { reserved, onHand } = await shop.admin.stockOf(sku)
  expect([reserved, onHand]).toEqual([0, ended.status === 'processing' ? 9 : 10])
})

test('a cancelled paid order is refunded once, and its stock is restored once', async () => {
  const guest = await shop.guest()
  const email = `cancels-${next}@example.net`
  const order = await guest.placeOrder(sku, 2, { email })
  await guest.pay(order.id)
  await shop.idle()
  const before = await refundsOf()
  expect(await shop.admin.stockOf(sku)).toEqual({ onHand: 8, reserved: 0, available: 8 })
  expect((await guest.cancel(order.id)).body).toMatchObject({ status: 'cancelled', cancelReason: 'customer' })
  expect((await guest.cancel(order.id)).status).toBe(200)
  await shop.idle()
  expect(await guest.order(order.id)).toMatchObject({ status: 'cancelled', refundStatus: 'full' })
  expect(await refundsOf()).toBe(before + 1)
  expect(await shop.admin.stockOf(sku)).toEqual(full)
  expect((await guest.cart()).lines).toEqual([])
})

// A free order through the whole shop: a code takes everything off, so there is no payment page, and the order is confirmed by its stock.
import type { Cart, Order } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Shopper } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'LAMP', stock: 100, priceMinor: 5000 })
})
afterAll(() => shop?.stop())

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })

/** Creates a code that one order may use, of a promotion that takes everything off. */
const giveAway = async (code: string): Promise<void> => {
  const gift = { name: 'Gift', trigger: 'code', effect: { kind: 'percent', percent: 100 } }
  const { body: promotion } = await shop.admin.client.post('/v1/admin/promotions', gift, { key: null })
  await shop.admin.client.post(`/v1/admin/promotions/${promotion.id}/codes`, { codes: [code], maxUses: 1 })
  await shop.idle()
}
const enter = (who: Shopper, code: string) => who.client.post('/v1/cart/codes', { code })
const aBuyer = async (): Promise<Shopper> => {
  const guest = await shop.guest()
  await guest.addToCart('LAMP', 2)
  return guest
}

test('goes from pending to processing without a payment, with its mail, and without an invoice', async () => {
  await giveAway('FREE-ONE')
  const guest = await aBuyer()
  const cart: Cart = (await enter(guest, 'FREE-ONE')).body
  expect(cart).toMatchObject({ discount: eur(10_000), total: eur(0), problems: [] })
  const sessions = (await shop.ledger()).sessions.length
  const placed: Order = (await guest.checkout({ email: 'free@example.net' })).body
  expect(placed).toMatchObject({ status: 'pending', paymentStatus: 'not_required', total: eur(0), discount: eur(10_000) })
  await shop.idle()

  const order = await guest.order(placed.id)
  expect(order).toMatchObject({ status: 'processing', paymentStatus: 'not_required', refundStatus: 'none' })
  expect(order.history.map(({ to }) => to)).toEqual(['pending', 'processing'])
  expect(await guest.payment(placed.id)).toEqual({ state: 'not_required', url: null, expiresAt: null })
  expect(await shop.ledger()).toMatchObject({ charges: [], refunds: [] })
  expect((await shop.ledger()).sessions).toHaveLength(sessions)
  expect(await shop.admin.client.get(`/v1/admin/payments/${placed.id}`)).toMatchObject({ status: 404 })
  expect(await shop.admin.stockOf('LAMP')).toMatchObject({ onHand: 98, reserved: 0 })

  expect(shop.mailsTo('free@example.net')).toHaveLength(1)
  const [mail] = shop.mailbox.messages().filter(({ To }) => To[0]?.Address === 'free@example.net')
  expect(mail?.Text).toContain(placed.number)
  await shop.advance('2m')
  expect((await guest.client.get(`/v1/orders/${placed.id}/invoices`)).body).toEqual({ items: [] })
  expect(await guest.client.get(`/v1/orders/${placed.id}/invoice.pdf`)).toMatchObject({
    status: 409,
    body: { code: 'order_state' },
  })
})

test('that is cancelled in processing returns its goods, refunds nothing and keeps its use', async () => {
  await giveAway('FREE-TWO')
  const [guest, other] = [await aBuyer(), await aBuyer()]
  await enter(guest, 'FREE-TWO')
  const { body: placed } = await guest.checkout({ email: 'back@example.net' })
  await shop.idle()
  const { onHand } = await shop.admin.stockOf('LAMP')
  expect(await guest.cancel(placed.id)).toMatchObject({ status: 200, body: { status: 'cancelled' } })
  await shop.idle()
  expect(await guest.order(placed.id)).toMatchObject({ paymentStatus: 'not_required', refundStatus: 'none' })
  expect(await shop.ledger()).toMatchObject({ charges: [], refunds: [] })
  expect(await shop.admin.stockOf('LAMP')).toMatchObject({ onHand: onHand + 2, reserved: 0 })
  expect(await enter(other, 'FREE-TWO')).toMatchObject({ status: 409, body: { reason: 'used_up' } })
})

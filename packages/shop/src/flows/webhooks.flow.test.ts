// Webhooks of Stripe that arrive twice, out of order or not at all: the order reaches the same final state.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cards, payOnPage } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop

beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'BOWL-1', priceMinor: 900, stock: 100 })
  await shop.idle()
})
afterAll(() => shop?.stop())

test.each(['duplicate', 'reorder', 'drop'] as const)(
  'every order reaches its final state with webhooks in mode %s',
  async (mode) => {
    const before = await shop.admin.stockOf('BOWL-1')
    const [buyer, hesitant, regretful] = [await shop.guest(), await shop.guest(), await shop.guest()]
    const orders = await Promise.all([
      buyer.placeOrder('BOWL-1', 1),
      hesitant.placeOrder('BOWL-1', 1),
      regretful.placeOrder('BOWL-1', 1),
    ])
    const urls = await Promise.all([buyer.payUrl(orders[0].id), hesitant.payUrl(orders[1].id), regretful.payUrl(orders[2].id)])
    await shop.sandboxPost('/_sandbox/webhooks', { mode })
    await payOnPage(urls[0])
    await payOnPage(urls[1], cards.declines)
    await payOnPage(urls[1])
    await payOnPage(urls[2], cards.declines)
    await shop.idle()
    await shop.advance('36m')
    await shop.sandboxPost('/_sandbox/webhooks', { mode: 'deliver' })
    await shop.advance('6m')
    await shop.advance('6m')
    expect(await buyer.order(orders[0].id)).toMatchObject({ status: 'processing', paymentStatus: 'paid' })
    expect(await hesitant.order(orders[1].id)).toMatchObject({ status: 'processing', paymentStatus: 'paid' })
    expect(await regretful.order(orders[2].id)).toMatchObject({ status: 'cancelled', cancelReason: 'payment_expired' })
    expect(await shop.admin.stockOf('BOWL-1')).toEqual({
      onHand: before.onHand - 2,
      reserved: 0,
      available: before.available - 2,
    })
  },
)

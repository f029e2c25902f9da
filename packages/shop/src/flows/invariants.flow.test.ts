// Invariants of a busy shop: no check reports a violation whatever shoppers and operators do, and each reports a corrupted row.
import { type SchemaOwner, schemaOwners } from '@cartwright/contracts'
import { raw } from '@cartwright/db'
import { invariantMetric } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cards, payOnPage } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
beforeAll(async () => {
  const { TEST_REDIS_URL: redisUrl, TEST_ELASTICSEARCH_URL: elasticsearchUrl } = process.env
  shop = await startTestShop({
    env: { CATALOG_INDEX_PREFIX: `f${process.pid}-${Date.now()}` },
    // A Redis database of its own, so that the shop reads no cached data of another shop.
    ...(redisUrl ? { redisUrl: `${redisUrl.replace(/\/$/, '')}/11` } : {}),
    ...(elasticsearchUrl ? { elasticsearchUrl } : {}),
  })
  await shop.admin.stockUp({ sku: 'BUSY', priceMinor: 2000, stock: 40 })
  await shop.admin.stockUp({ sku: 'RARE', priceMinor: 900, stock: 1 })
  await shop.idle()
})
afterAll(() => shop?.stop())

/** Waits for the next check of every service. @returns all violations so far, as `service invariant` */
const violations = async (): Promise<string[]> => {
  await shop.advance('31s')
  const pages = await Promise.all(
    schemaOwners.map(async (name) => {
      const { metricsUrl } = shop.shop.services[name]
      const checked = Object.keys(await invariantMetric(metricsUrl, 'cartwright_invariant_violations'))
      const total = await invariantMetric(metricsUrl, 'cartwright_invariant_violations_total')
      expect(checked.sort(), `invariants of ${name} that were checked`).toEqual(Object.keys(total).sort())
      return Object.entries(total).flatMap(([invariant, count]) => (count > 0 ? [`${name} ${invariant}`] : []))
    }),
  )
  return pages.flat()
}

const buys = async (card: string = cards.pays): Promise<string> => {
  const guest = await shop.guest()
  const order = await guest.placeOrder('BUSY', 1)
  await payOnPage(await guest.payUrl(order.id), card)
  await shop.idle()
  return order.id
}

test('purchases, declines, cancellations, refunds, shortages and abandoned orders violate no invariant', async () => {
  const [shipped, refunded, cancelled] = [await buys(), await buys(), await buys()]
  await buys(cards.declines)
  await shop.admin.ship(shipped)
  await shop.admin.deliver(shipped)
  await shop.admin.refund(refunded, { amountMinor: 500, currency: 'EUR' })
  await shop.admin.cancel(cancelled)
  const [alice, bob] = [await shop.alice(), await shop.bob()]
  for (const shopper of [alice, bob]) await shopper.addToCart('RARE', 1)
  await Promise.all([alice.checkout(), bob.checkout()])
  const changed = await shop.guest()
  const unpaid = await changed.placeOrder('BUSY', 2)
  await changed.cancel(unpaid.id)
  const racing = await shop.guest()
  const raced = await racing.placeOrder('BUSY', 1)
  const page = await racing.payUrl(raced.id)
  await Promise.all([payOnPage(page), racing.cancel(raced.id)])
  expect(await violations()).toEqual([])
  await shop.admin.refund(refunded)
  await shop.sandboxPost('/_sandbox/webhooks', { mode: 'drop' })
  await buys()
  await shop.sandboxPost('/_sandbox/webhooks', { mode: 'deliver' })
  // Past every deadline: order cancels unpaid orders, and payment asks Stripe about payments whose webhook was lost.
  for (const step of ['20m', '20m', '40m']) await shop.advance(step)
  expect(await violations()).toEqual([])
})

test.each<[SchemaOwner, string, string]>([
  ['order', 'I1-order-money', "UPDATE customer_order SET captured_minor = captured_minor - 1 WHERE status = 'delivered'"],
  ['catalog', 'I2-stock-ledger', "UPDATE stock_level SET on_hand = on_hand + 1 WHERE sku = 'BUSY'"],
  ['payment', 'I1-refunds-covered', 'UPDATE payment_refund SET amount_minor = amount_minor + 10000'],
  ['notification', 'I4-mails-move', "UPDATE message SET state = 'pending' ORDER BY id LIMIT 1"],
  ['order', 'I9-aggregate-versions', 'DELETE FROM aggregate_version'],
])('the next check of %s reports a corrupted row as a violation of %s', async (service, invariant, statement) => {
  const { db } = shop.shop.services[service]
  if (db === null) throw new Error(`${service} has no schema`)
  await db.run`${raw(statement)}`
  expect(await violations()).toContain(`${service} ${invariant}`)
})

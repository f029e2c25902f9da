// SIGKILL of each service during a purchase over a real broker: no event is lost, and no effect happens twice.
import { serviceNames } from '@cartwright/contracts'
import { eventually } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ProcessShop, startProcessShop } from '../test-shop/process-shop.ts'
import { guest, payOnPage } from '../test-shop/shopper.ts'

/** A killed process is ready again within this time, also on a busy machine. */
const limitMs = 60_000

let shop: ProcessShop

beforeAll(async () => {
  const kafka = process.env.TEST_KAFKA_BROKERS
  if (kafka === undefined) throw new Error('TEST_KAFKA_BROKERS is not set: run these tests through `npm test`')
  shop = await startProcessShop({
    kafka,
    redis: process.env.TEST_REDIS_URL ?? null,
    elasticsearch: process.env.TEST_ELASTICSEARCH_URL ?? null,
  })
}, 120_000)
afterAll(() => shop?.stop(), 60_000)

const mailsTo = (address: string) =>
  shop.devServices.mailbox?.messages().filter((mail) => mail.To.some((to) => to.Address === address)) ?? []

test.each(
  serviceNames.flatMap(
    (name) =>
      [
        [name, 'after checkout'],
        [name, 'after payment'],
      ] as const,
  ),
)('a purchase completes when %s is killed %s', { timeout: 120_000 }, async (victim, moment) => {
  const sku = `K9-${victim}-${moment === 'after checkout' ? 'A' : 'B'}`.toUpperCase()
  await eventually('the product is in stock', () => shop.admin.stockUp({ sku, stock: 5 }), limitMs)
  const shopper = await guest(shop.url)
  const email = `${sku.toLowerCase()}@example.net`
  await shopper.addToCart(sku, 2)
  const placed = await shopper.checkout({ email })
  expect(placed.status).toBe(201)
  const { id } = placed.body
  if (moment === 'after checkout') await shop.kill(victim)
  const url = await eventually('the order can be paid', () => shopper.payUrl(id), limitMs)
  expect((await payOnPage(url)).status).toBe(303)
  if (moment === 'after payment') await shop.kill(victim)
  await eventually('the order is confirmed', async () => (await shopper.order(id)).status === 'processing', limitMs)
  await eventually(
    'the stock is sold',
    async () => {
      const { reserved, onHand } = await shop.admin.stockOf(sku)
      return reserved === 0 && onHand === 3
    },
    limitMs,
  )
  await eventually('one mail has arrived', () => mailsTo(email).length === 1, limitMs)
  await shop.healed()
  await eventually('the cart is empty', async () => (await shopper.cart()).lines.length === 0, limitMs)
  expect(new Set(mailsTo(email).map((mail) => mail.MessageID)).size).toBe(1)
})

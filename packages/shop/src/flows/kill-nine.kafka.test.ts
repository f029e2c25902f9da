// kill −9 of each service during a purchase, over a real broker: nothing is lost, nothing happens twice.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serviceNames } from '../service-processes.ts'
import { eventually } from '../test-shop/eventually.ts'
import { type ProcessShop, startProcessShop } from '../test-shop/process-shop.ts'
import { guest, payOnPage } from '../test-shop/shopper.ts'

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
  shop.standIns.mailbox?.messages().filter((mail) => mail.To.some((to) => to.Address === address)) ?? []

test.each(
  serviceNames.flatMap(
    (name) =>
      [
        [name, 'after checkout'],
        [name, 'after payment'],
      ] as const,
  ),
)('a purchase survives the death of %s %s', { timeout: 120_000 }, async (victim, moment) => {
  const sku = `K9-${victim}-${moment === 'after checkout' ? 'A' : 'B'}`.toUpperCase()
  await eventually(() => shop.admin.stockUp({ sku, stock: 5 }), Boolean)
  const shopper = await guest(shop.url)
  const email = `${sku.toLowerCase()}@example.net`
  await shopper.addToCart(sku, 2)
  const placed = await shopper.checkout({ email })
  expect(placed.status).toBe(201)
  const { id } = placed.body
  if (moment === 'after checkout') await shop.kill(victim)
  const url = await eventually(
    () => shopper.payUrl(id),
    (found) => found !== '',
  )
  expect((await payOnPage(url)).status).toBe(303)
  if (moment === 'after payment') await shop.kill(victim)
  await eventually(
    () => shopper.order(id),
    (order) => order.status === 'processing',
  )
  await eventually(
    () => shop.admin.stockOf(sku),
    (stock) => stock.reserved === 0 && stock.onHand === 3,
  )
  await eventually(
    async () => mailsTo(email).length,
    (count) => count === 1,
  )
  await shop.healed()
  await eventually(
    () => shopper.cart(),
    (cart) => cart.lines.length === 0,
  )
  expect(new Set(mailsTo(email).map((mail) => mail.MessageID)).size).toBe(1)
})

// A shop whose every metric moves: purchases, declined cards, refused mails, refunds, searches, abuse, scraped by a real Prometheus.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPrometheus } from '@cartwright/native'
import { cards, payOnPage } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

/** Rate limits so low that a burst meets them. */
const env = { GATEWAY_RATE_READ_PER_MIN: '300', INVARIANTS_EVERY_SEC: '1' } as const

const buyAndRefund = async (shop: TestShop, sku: string): Promise<void> => {
  const guest = await shop.guest()
  const { id, total } = await guest.placeOrder(sku, 1)
  await guest.pay(id)
  await shop.idle()
  await shop.admin.refund(id, { ...total, amountMinor: 100 })
}

const declineAndCancel = async (shop: TestShop, sku: string): Promise<void> => {
  const guest = await shop.guest()
  const { id } = await guest.placeOrder(sku, 1)
  await payOnPage(await guest.payUrl(id), cards.declines)
  await guest.cancel(id)
}

/** Leaves an order on its payment page, with its stock reserved. */
const abandon = async (shop: TestShop, sku: string): Promise<void> => {
  const guest = await shop.guest()
  await guest.payUrl((await guest.placeOrder(sku, 1)).id)
}

const loseWebhook = async (shop: TestShop, sku: string): Promise<void> => {
  await shop.idle()
  await shop.sandboxPost('/_sandbox/webhooks', { mode: 'drop' })
  const guest = await shop.guest()
  await guest.pay((await guest.placeOrder(sku, 1)).id)
  await shop.sandboxPost('/_sandbox/webhooks', { mode: 'deliver' })
  await shop.admin.client.post('/v1/admin/reconciliations', {})
  await shop.idle()
}

const browseTooMuch = async (shop: TestShop, sku: string): Promise<void> => {
  const guest = await shop.guest()
  for (let count = 0; count < 320; count++) await guest.client.get(count % 2 === 0 ? '/v1/products' : '/v1/cart')
  await guest.client.get(`/v1/search?q=${sku}`)
}

const failToSignIn = async (shop: TestShop): Promise<void> => {
  const guest = await shop.guest()
  await guest.client.post('/v1/auth/login', { email: 'bob@example.com', password: 'wrong-password-1' }, { key: null })
}

/** One round of everything. */
const work = async (shop: TestShop, round: number): Promise<void> => {
  const sku = `LOAD-${round}`
  await shop.admin.stockUp({ sku, stock: 5 })
  await shop.admin.stockUp({ sku: `GONE-${round}`, stock: 0 })
  await shop.idle()
  shop.mailbox.setFault('recipient')
  await declineAndCancel(shop, sku)
  await shop.idle()
  shop.mailbox.setFault(null)
  await buyAndRefund(shop, sku)
  await abandon(shop, sku)
  await loseWebhook(shop, sku)
  await failToSignIn(shop)
  await browseTooMuch(shop, sku)
}

export interface ShopUnderLoad extends AsyncDisposable {
  shop: TestShop
  prometheusUrl: string
  /** Performs one more round, so that counters move between two scrapes. */
  work(): Promise<void>
}

/** Starts the shop and a Prometheus that scrapes it every second, and performs the first round. */
export const startShopUnderLoad = async (engines: { redisUrl: string; elasticsearchUrl: string }): Promise<ShopUnderLoad> => {
  await using opened = new AsyncDisposableStack()
  const shop = opened.use(await startTestShop({ ...engines, env }))
  const folder = mkdtempSync(join(tmpdir(), 'cartwright-dashboards-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  const configFile = join(folder, 'prometheus.yml')
  const targets = Object.values(shop.shop.services).map(({ metricsUrl }) => new URL(metricsUrl).host)
  // JSON is YAML.
  writeFileSync(
    configFile,
    JSON.stringify({
      global: { scrape_interval: '1s' },
      scrape_configs: [{ job_name: 'cartwright', honor_labels: true, static_configs: [{ targets }] }],
    }),
  )
  const prometheus = await startPrometheus({ dataDir: join(folder, 'data'), configFile })
  opened.defer(() => prometheus.stop())
  let round = 0
  const workOnce = () => work(shop, ++round)
  await workOnce()
  const stack = opened.move()
  return { shop, prometheusUrl: prometheus.url, work: workOnce, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

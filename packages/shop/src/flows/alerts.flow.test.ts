// Fire drills on real engines with shortened windows: each fault of a shop fires its alert, the operators get a mail, and the alert clears.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { raw } from '@cartwright/db'
import { eventually } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Alerting, startAlerting } from '../alerts/start-alerting.ts'
import { setFault } from '../ops/faults.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

const folder = mkdtempSync(join(tmpdir(), 'cartwright-alerts-'))
const timeout = 180_000
const limitMs = 90_000
let shop: TestShop
let alerting: Alerting

beforeAll(async () => {
  shop = await startTestShop({ env: { FAULT_FLAGS: 'true', METRICS_CACHE_SEC: '0' } })
  await shop.admin.stockUp({ sku: 'LAMP', priceMinor: 2000, stock: 100 })
  await shop.idle()
  const metrics = Object.fromEntries(Object.values(shop.shop.services).map(({ name, metricsUrl }) => [name, metricsUrl]))
  alerting = await startAlerting({
    dataDir: folder,
    smtpUrl: shop.mailbox.smtpUrl,
    recipient: 'operators@example.com',
    faster: 10,
  })
  await alerting.watch(metrics)
}, 120_000)
afterAll(async () => {
  await alerting?.stop()
  await shop?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const fault = (name: string, value: string) => {
  const services = Object.fromEntries(
    Object.values(shop.shop.services).map(({ name: service, url, metricsUrl }) => [service, { http: url, metrics: metricsUrl }]),
  )
  return setFault({ gateway: shop.url, stripeSandbox: shop.sandbox.url, mailbox: shop.mailbox.url, services }, name, value)
}

/** The alerts that fire, as `Alert service`. */
const firing = async () =>
  (await alerting.alerts()).filter(({ state }) => state === 'firing').map(({ name, service }) => `${name} ${service}`.trim())
const fires = (alert: string) =>
  eventually(`${alert} fires`, async () => (await firing()).some((one) => one.startsWith(alert)), limitMs)
const clears = (alert: string) =>
  eventually(`${alert} clears`, async () => (await firing()).every((one) => !one.startsWith(alert)), limitMs)
const isMailed = (text: string) =>
  eventually(
    `a mail about ${text}`,
    () => shop.mailsTo('operators@example.com').some((subject) => subject.includes(text)),
    limitMs,
  )

test('no alert fires for a shop that sells without a fault', { timeout }, async () => {
  const guest = await shop.guest()
  await guest.pay((await guest.placeOrder('LAMP', 1)).id)
  await shop.idle()
  const query = `${alerting.prometheus.url}/api/v1/query?query=${encodeURIComponent('sum(cartwright_payment_outcomes_total)')}`
  const paid = async () => {
    const { data } = (await (await fetch(query)).json()) as { data: { result: { value: [number, string] }[] } }
    return data.result[0]?.value[1]
  }
  await eventually('Prometheus has scraped the payment', async () => (await paid()) === '1', limitMs)
  expect(await firing()).toEqual([])
})

test('declined payments fire PaymentFailures, the operators get a mail, and the alert clears', { timeout }, async () => {
  await fault('payment-failures', '100')
  const pay = async () => {
    const guest = await shop.guest()
    await guest.pay((await guest.placeOrder('LAMP', 1)).id)
    await shop.idle()
  }
  const isFiring = async () => (await firing()).some((one) => one.startsWith('PaymentFailures'))
  await eventually(
    'PaymentFailures fires',
    async () => {
      await pay()
      return isFiring()
    },
    limitMs,
  )
  await isMailed('PaymentFailures: Many payments fail')
  await fault('payment-failures', '0')
  await clears('PaymentFailures')
})

test('an event that no consumer can read fires DeadLetters, and discarding it clears the alert', { timeout }, async () => {
  await fault('poison-event', 'order.confirmed')
  await fires('DeadLetters')
  await isMailed('DeadLetters')
  const { items } = (await shop.admin.client.get('/v1/admin/dead-letters?open=true')).body
  expect(items).not.toEqual([])
  for (const { id } of items) expect((await shop.admin.client.post(`/v1/admin/dead-letters/${id}/discard`)).status).toBe(200)
  await clears('DeadLetters')
})

test('a corrupted stock fires InvariantViolation, and its correction clears the alert', { timeout }, async () => {
  const { db } = shop.shop.services.catalog
  if (db === null) throw new Error('catalog has no schema')
  await db.run`${raw("UPDATE stock_level SET on_hand = on_hand + 1 WHERE sku = 'LAMP'")}`
  await shop.advance('31s')
  await fires('InvariantViolation catalog')
  await db.run`${raw("UPDATE stock_level SET on_hand = on_hand - 1 WHERE sku = 'LAMP'")}`
  await shop.advance('31s')
  await clears('InvariantViolation')
})

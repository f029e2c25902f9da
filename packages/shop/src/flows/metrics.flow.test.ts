// Contract of the metrics: after a real purchase every page shows exactly the metrics that its service declares, with sensible values.
import { spawnSync } from 'node:child_process'
import { type ServiceName, serviceNames, upstreamNames } from '@cartwright/contracts'
import { findPromtool } from '@cartwright/native'
import { eventually, sendRaw } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { samplesOf } from '../ops/doctor.ts'
import { allServices } from '../start-shop.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

let shop: TestShop
let pages: Record<string, string>
let samples: Record<string, Sample[]>

const readPage = async (name: ServiceName): Promise<string> => (await fetch(shop.shop.services[name].metricsUrl)).text()

const parse = (page: string): Sample[] =>
  samplesOf(page).map(({ name, labels, value }) => ({
    name,
    value,
    labels: Object.fromEntries(
      [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [label, text]),
    ),
  }))

const readAll = async (): Promise<void> => {
  pages = Object.fromEntries(await Promise.all(serviceNames.map(async (name) => [name, await readPage(name)])))
  samples = Object.fromEntries(Object.entries(pages).map(([name, page]) => [name, parse(page)]))
}

/** The sum of a metric's series whose labels include `labels`; null without such a series. */
const total = (service: ServiceName, name: string, labels: Record<string, string> = {}): number | null => {
  const found = (samples[service] ?? []).filter(
    (sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )
  return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0)
}

beforeAll(async () => {
  shop = await startTestShop({ env: { INVARIANTS_EVERY_SEC: '1' } })
  await shop.admin.stockUp({ sku: 'MUG-1', priceMinor: 1250, stock: 2, name: 'Stoneware mug' })
  await shop.admin.stockUp({ sku: 'POT-1', priceMinor: 3900, stock: 20, name: 'Teapot' })
  await shop.idle()
  const alice = await shop.alice()
  // A change of a product purges its answers once more a little later, so the second read is not always a hit.
  await eventually('an answer from the cache', async () => {
    expect((await alice.client.get('/v1/products')).status).toBe(200)
    await readAll()
    return (total('gateway', 'cartwright_cache_reads_total', { outcome: 'hit' }) ?? 0) > 0
  })
  const order = await alice.placeOrder('MUG-1', 2)
  await alice.pay(order.id)
  await shop.idle()
  const open = await (await shop.bob()).placeOrder('POT-1', 1)
  expect(open.status).toBe('pending')
  const guest = await shop.guest()
  await guest.addToCart('POT-1', 1)
  // Paths and methods that no route has, with text of the caller.
  for (const path of ['/v1/no-such-thing-1', '/v1/no-such-thing-2', '/%2e%2e/x'])
    expect((await fetch(shop.url + path)).status).toBe(404)
  for (const method of ['INVENTED', 'MADEUP'])
    expect((await sendRaw(shop.url, `${method} /v1/products HTTP/1.1\r\nhost: shop.test\r\n\r\n`)).status).toBe(405)
  // Every service answers a request, also those that this purchase only reaches by events.
  for (const { url } of Object.values(shop.shop.services)) expect((await fetch(`${url}/readyz`)).status).toBe(200)
  await shop.advance('2s')
  await readAll()
})
afterAll(() => shop?.stop())

describe.each(allServices.map((service) => [service.name, service] as const))('the page of %s', (name, service) => {
  test('shows every declared metric with its type, help text and labels, and no other of the shop', () => {
    const page = pages[name] ?? ''
    const shown = [...page.matchAll(/^# TYPE (cartwright_\w+) (\w+)$/gm)].map(([, metric, type]) => `${metric} ${type}`)
    expect(shown.sort()).toEqual(service.metrics.map((metric) => `${metric.name} ${metric.type}`).sort())
    for (const metric of service.metrics) expect(page).toContain(`# HELP ${metric.name} ${metric.help}\n`)
  })

  test('has a series of every metric, with the declared labels, `service` and no other', () => {
    const suffixes = { counter: [''], gauge: [''], histogram: ['_bucket', '_sum', '_count'] }
    for (const metric of service.metrics) {
      if (seldom.has(metric.name)) continue
      for (const suffix of suffixes[metric.type]) {
        const series = (samples[name] ?? []).filter((sample) => sample.name === metric.name + suffix)
        expect([metric.name + suffix, series.length > 0]).toEqual([metric.name + suffix, true])
        const labels = ['service', ...Object.keys(metric.labels), ...(suffix === '_bucket' ? ['le'] : [])].sort()
        for (const one of series) expect([metric.name, Object.keys(one.labels).sort()]).toEqual([metric.name, labels])
        for (const one of series) expect(one.labels.service).toBe(name)
      }
    }
  })
})

test.each(serviceNames)('promtool finds no fault in the page of %s', { timeout: 120_000 }, async (name) => {
  const { error, stdout, stderr } = spawnSync(await findPromtool(), ['check', 'metrics'], {
    input: pages[name],
    encoding: 'utf8',
  })
  expect(error).toBeUndefined()
  // The client library names three gauges of the process like counters.
  const faults = (stdout + stderr).split('\n').filter((line) => line !== '' && !/^nodejs_active_\w+_total non-counter/.test(line))
  expect(faults).toEqual([])
})

/** Without a series after one purchase: nothing of the kind has happened. The tests of these features count them. */
const seldom = new Set(['cartwright_security_events_total', 'cartwright_payment_drift_total'])

test('the values tell of one paid order, one unpaid order and one cart', () => {
  const values = {
    placed: total('order', 'cartwright_orders_placed_total', { currency: 'EUR' }),
    revenue: total('order', 'cartwright_order_revenue_minor_total', { currency: 'EUR' }),
    confirmed: total('order', 'cartwright_order_outcomes_total', { outcome: 'confirmed' }),
    cancelled: total('order', 'cartwright_order_outcomes_total', { outcome: 'customer' }),
    paying: total('order', 'cartwright_sagas', { saga: 'checkout', state: 'paying' }),
    sagas: total('order', 'cartwright_sagas'),
    overdue: total('order', 'cartwright_sagas_overdue', { saga: 'checkout' }),
    held: total('catalog', 'cartwright_reservations_held'),
    soldOut: total('catalog', 'cartwright_stock_out_variants'),
    paid: total('payment', 'cartwright_payment_outcomes_total', { outcome: 'paid' }),
    declined: total('payment', 'cartwright_payment_outcomes_total', { outcome: 'declined' }),
    confirmation: total('notification', 'cartwright_mails_total', { template: 'order-confirmed', result: 'sent' }),
    carts: total('cart', 'cartwright_carts_active'),
  }
  expect(values).toMatchObject({
    placed: 2,
    revenue: 2500,
    confirmed: 1,
    cancelled: 0,
    paying: 1,
    sagas: 1,
    overdue: 0,
    held: 1,
    soldOut: 1,
    paid: 1,
    declined: 0,
    confirmation: 1,
    carts: 1,
  })
})

test.each(upstreamNames)('%s is at rest: nothing lags, waits, failed or contradicts an invariant', (name) => {
  const atRest = ['outbox_pending_events', 'jobs_given_up', 'dead_letters_open', 'invariant_violations']
  for (const metric of atRest) expect([metric, total(name, `cartwright_${metric}`)]).toEqual([metric, 0])
  // Identity has no consumers.
  expect(total(name, 'cartwright_consumer_lag_events')).toBe(name === 'identity' ? null : 0)
  expect(total(name, 'cartwright_database_pool_waiting')).toBe(0)
  expect(total(name, 'cartwright_database_pool_connections')).toBeGreaterThan(0)
  expect(total(name, 'cartwright_http_request_duration_seconds_count')).toBeGreaterThan(0)
})

test('the metrics of the process stand on one page, without a label of a service', () => {
  const bearing = serviceNames.filter((name) => /^(process|nodejs)_/m.test(pages[name] ?? ''))
  expect(bearing).toEqual(['gateway'])
  const ofProcess = (samples.gateway ?? []).filter(({ name }) => !name.startsWith('cartwright_'))
  expect(ofProcess.length).toBeGreaterThan(20)
  expect(ofProcess.filter(({ labels }) => labels.service !== undefined)).toEqual([])
})

test('no label holds what a caller wrote: unknown paths share one route', () => {
  const routes = new Set((samples.gateway ?? []).map(({ labels }) => labels.route).filter((route) => route !== undefined))
  expect(routes.has('unmatched')).toBe(true)
  const methods = new Set((samples.gateway ?? []).map(({ labels }) => labels.method).filter((method) => method !== undefined))
  expect([...methods].sort()).toEqual(['GET', 'POST', 'other'])
  expect([...routes].filter((route) => /no-such-thing|ord_|prd_|%2e/.test(route ?? ''))).toEqual([])
  for (const [name, page] of Object.entries(pages))
    expect([name, /@|MUG-1|(ord|usr|gst|prd)_[0-9a-z]{10}/.test(page)]).toEqual([name, false])
})

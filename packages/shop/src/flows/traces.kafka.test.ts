// Trace of a purchase over seven processes and a real broker: events carry it from process to process.
import { serviceNames } from '@cartwright/contracts'
import { eventually, type OtlpReceiver, startOtlpReceiver } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { declaredTraces } from '../telemetry/declared-traces.ts'
import { type ProcessShop, startProcessShop } from '../test-shop/process-shop.ts'
import { payOnPage, signedIn } from '../test-shop/shopper.ts'
import { missingSpans, orphansOf, receivedTrace, rootsOf } from '../test-shop/traces.ts'

const limitMs = 60_000
let shop: ProcessShop
let receiver: OtlpReceiver

beforeAll(async () => {
  const kafka = process.env.TEST_KAFKA_BROKERS
  if (kafka === undefined) throw new Error('TEST_KAFKA_BROKERS is not set: run these tests through `npm test`')
  receiver = await startOtlpReceiver()
  shop = await startProcessShop({ kafka, redis: null, elasticsearch: null }, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  await shop.admin.stockUp({ sku: 'TRACE-1', stock: 5 })
}, 120_000)
afterAll(async () => {
  await shop?.stop()
  await receiver?.stop()
}, 60_000)

test('a purchase is one trace over seven processes, and each names its own service', { timeout: 120_000 }, async () => {
  const alice = await signedIn(shop.url, 'alice@example.com', 'cartwright-demo')
  await eventually('the product is in the cart', () => alice.addToCart('TRACE-1', 1), limitMs)
  const placed = await alice.checkout()
  expect(placed.status).toBe(201)
  const url = await eventually('the order can be paid', () => alice.payUrl(placed.body.id), limitMs)
  await payOnPage(url)
  const declared = [...declaredTraces.checkout.spans, ...declaredTraces.customerCheckout.spans]
  const spans = await receivedTrace(receiver, String(placed.headers.get('x-trace-id')), declared, limitMs)
  expect(missingSpans(spans, declared)).toEqual([])
  expect(rootsOf(spans)).toEqual(['gateway: POST /v1/checkout'])
  expect(orphansOf(spans)).toEqual([])
  expect(new Set(spans.map(({ service }) => service))).toEqual(new Set(serviceNames))
  const ofEvents = spans.filter(({ name }) => /^(send|process) \w+\./.test(name))
  for (const { kind, service, attributes } of ofEvents) {
    expect(attributes).toMatchObject({ 'messaging.system': 'kafka', 'messaging.message.id': expect.any(String) })
    if (kind === 'producer') expect(attributes).toMatchObject({ 'messaging.destination.name': `${service}.events` })
    else expect(attributes).toMatchObject({ 'messaging.consumer.group.name': expect.stringMatching(`^${service}(-|$)`) })
  }
  for (const sent of Map.groupBy(receiver.spans, ({ request }) => request).values())
    expect(new Set(sent.map(({ service }) => service)).size).toBe(1)
})

// Traces, taken from the shop by an OTLP receiver: one for a checkout, one for each other kind of work, with every declared span.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, type OtlpReceiver, type ReceivedSpan, startOtlpReceiver, testClient } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { declaredTraces } from '../telemetry/declared-traces.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'
import { missingSpans, orphansOf, receivedTrace, rootsOf } from '../test-shop/traces.ts'

let shop: TestShop
let receiver: OtlpReceiver
const folder = mkdtempSync(join(tmpdir(), 'cartwright-'))
const logFile = join(folder, 'shop.log')

beforeAll(async () => {
  receiver = await startOtlpReceiver()
  shop = await startTestShop({ env: { LOG_LEVEL: 'warn', OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }, logFile })
  await shop.admin.stockUp({ sku: 'MUG-1', priceMinor: 1250, stock: 50, name: 'Stoneware mug' })
  await shop.idle()
})
afterAll(async () => {
  await shop?.stop()
  await receiver?.stop()
  rmSync(folder, { recursive: true })
})

const spansOf = (traceId: string) => receiver.spans.filter((span) => span.traceId === traceId)

/** Waits for a trace. Asserts that it has every declared span, one root, no span without its parent, and no error. */
const expectTrace = async (
  { headers }: { headers: Headers },
  root: string,
  ...kinds: (keyof typeof declaredTraces)[]
): Promise<ReceivedSpan[]> => {
  const declared = kinds.flatMap((kind) => [...declaredTraces[kind].spans])
  const spans = await receivedTrace(receiver, String(headers.get('x-trace-id')), declared)
  expect(missingSpans(spans, declared)).toEqual([])
  expect(rootsOf(spans)).toEqual([`gateway: ${root}`])
  expect(orphansOf(spans)).toEqual([])
  expect(spans.filter(({ isError }) => isError)).toEqual([])
  return spans
}

test('one checkout is one trace with every declared span, over the payment page and until the mail', async () => {
  const guest = await shop.guest()
  await guest.addToCart('MUG-1', 1)
  const placed = await guest.checkout({ email: 'gia@example.net' })
  expect((await guest.pay(placed.body.id)).status).toBe(303)
  await shop.idle()
  expect(shop.mailsTo('gia@example.net')).toHaveLength(1)
  const spans = await expectTrace(placed, 'POST /v1/checkout', 'checkout')
  const webhook = spans.find(({ name }) => name === 'webhook checkout.session.completed')
  expect(receiver.spans.filter(({ spanId }) => spanId === webhook?.links[0]?.spanId)).toMatchObject([
    { service: 'payment', kind: 'server', name: 'POST /v1/webhooks/stripe' },
  ])
})

test('a registration, its confirmation and a sign-in are one trace each, until their mails', async () => {
  const account = { email: 'nora@example.net', password: 'a-fine-passphrase-7' }
  const { post } = testClient(shop.url, async () => null)
  const ask = async (path: string, body: object) => {
    const answer = await post(path, body, { key: null })
    expect(answer.status).toBeLessThan(300)
    await shop.idle()
    return answer
  }
  const registered = await ask('/v1/auth/register', { ...account, name: 'Nora N' })
  const [mail] = shop.mailbox.messages()
  const code = /^Your code: (\d{6})$/m.exec(mail?.Text ?? '')?.[1]
  const confirmed = await ask('/v1/auth/verify', { registrationId: registered.body.registrationId, code })
  const signedIn = await ask('/v1/auth/login', account)
  expect(shop.mailsTo(account.email)).toHaveLength(2)
  await expectTrace(registered, 'POST /v1/auth/register', 'registration')
  await expectTrace(confirmed, 'POST /v1/auth/verify', 'confirmation')
  await expectTrace(signedIn, 'POST /v1/auth/login', 'signIn')
})

test('a refund is one trace, over Stripe and until the mail; a dispute goes on in the trace of the checkout', async () => {
  const alice = await shop.alice()
  await alice.addToCart('MUG-1', 2)
  const placed = await alice.checkout()
  await alice.pay(placed.body.id)
  await shop.idle()
  const refunded = await shop.admin.refund(placed.body.id, { amountMinor: 1250, currency: 'EUR' })
  await shop.idle()
  const { charges } = (await (await fetch(`${shop.sandbox.url}/_sandbox/ledger`)).json()) as { charges: { id: string }[] }
  await shop.sandboxPost('/_sandbox/disputes', { charge: charges.at(-1)?.id })
  await shop.idle()
  await expectTrace(refunded, 'POST /v1/admin/orders/:orderId/refunds', 'refund')
  await expectTrace(placed, 'POST /v1/checkout', 'checkout', 'customerCheckout', 'dispute')
})

test('a missing span is reported by its service and name', () => {
  const [declared] = declaredTraces.signIn.spans
  if (declared === undefined) throw new Error('no span is declared')
  expect(missingSpans([], [declared])).toEqual([`${declared.service}: ${declared.kind} ${declared.name}`])
})

test('a request whose caller has not sampled its trace is not recorded and keeps the trace', async () => {
  const traceId = 'c'.repeat(32)
  const guest = await shop.guest()
  const answer = await guest.client.get('/v1/cart', { headers: { traceparent: `00-${traceId}-${'d'.repeat(16)}-00` } })
  expect(answer.headers.get('x-trace-id')).toBe(traceId)
  const marker = (await guest.client.get('/v1/cart')).headers.get('x-trace-id')
  await eventually('a later request is recorded', () => receiver.spans.some((span) => span.traceId === marker), 15_000)
  expect(spansOf(traceId)).toEqual([])
})

test('an idle shop and its probes are not recorded', async () => {
  await shop.advance('10m')
  await fetch(`${shop.url}/readyz`)
  const marker = (await (await shop.guest()).client.get('/v1/cart')).headers.get('x-trace-id')
  await eventually('a later request is recorded', () => receiver.spans.some((span) => span.traceId === marker), 15_000)
  expect(receiver.spans.filter(({ name }) => /readyz|livez/.test(name))).toEqual([])
  const idle = receiver.spans.filter(({ name, spanId }) => {
    return name.startsWith('schedule ') && !receiver.spans.some(({ parentSpanId }) => parentSpanId === spanId)
  })
  expect(idle).toEqual([])
})

test('a collector that goes away is told once in the log, and purchases go on', async () => {
  await receiver.stop()
  const warnings = () =>
    readFileSync(logFile, 'utf8')
      .split('\n')
      .filter((line) => line.includes('tracing: the collector takes no spans'))
  const buy = async () => {
    const guest = await shop.guest()
    const order = await guest.placeOrder('MUG-1', 1)
    await guest.pay(order.id)
    await shop.idle()
    expect(await guest.order(order.id)).toMatchObject({ status: 'processing' })
  }
  await buy()
  await eventually('the log tells it', () => warnings().length > 0, 30_000)
  await buy()
  expect(warnings()).toHaveLength(1)
})

// The operator's tool against a whole shop: what it shows, what it does, and what its exit codes promise to scripts.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Order, paymentEvents } from '@cartwright/contracts'
import { publish } from '@cartwright/messaging'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

const tool = fileURLToPath(new URL('../ops/main.ts', import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), 'cartwright-ops-'))

let shop: TestShop
let paid: Order
let pending: Order

beforeAll(async () => {
  shop = await startTestShop()
  const services = Object.values(shop.shop.services).map((service) => [
    service.name,
    { http: service.url, metrics: service.metricsUrl, pid: process.pid },
  ])
  const running = { mode: 'embedded', gateway: shop.url, mailbox: 'http://127.0.0.1:1', services: Object.fromEntries(services) }
  writeFileSync(join(dataDir, 'running.json'), JSON.stringify(running))
  await shop.admin.stockUp({ sku: 'OPS-1', priceMinor: 1500, stock: 10 })
  await shop.idle()
  const guest = await shop.guest()
  paid = await guest.placeOrder('OPS-1', 2)
  await guest.pay(paid.id)
  pending = await (await shop.guest()).placeOrder('OPS-1', 1)
  await shop.idle()
})
afterAll(async () => {
  rmSync(dataDir, { recursive: true, force: true })
  await shop?.stop()
})

interface Ran {
  code: number
  out: string
  err: string
  // biome-ignore lint/suspicious/noExplicitAny: what `--json` prints; each test looks at the fields it names.
  json: any
}

/** Runs the tool where the shop runs; `env` adds to its environment. */
const ops = (line: string[], env: Record<string, string> = {}): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [tool, ...line], { env: { SHOP_DATA_DIR: dataDir, ...env } }, (error, out, err) => {
      const code = error === null ? 0 : Number(error.code)
      resolve({ code, out, err, json: line.includes('--json') && out !== '' ? JSON.parse(out) : null })
    })
  })

/** News of a refund that belongs to no order: order gives up on it. */
const aDeadLetter = async (): Promise<string> => {
  const orderId = `ord_lost${Date.now()}`
  await shop.shop.services.payment.db?.tx((tx) =>
    publish(tx, paymentEvents.refundFailed, {
      orderId,
      paymentId: 'pay_lost0000001',
      refundId: 'rfd_lost0000001',
      number: 'CW-LOST-LOST',
      recipient: { email: 'lost@example.net' },
      locale: 'en',
      amount: { amountMinor: 100, currency: 'EUR' },
      reason: 'bank',
    }),
  )
  await shop.idle()
  const { items } = (await ops(['dead-letters', 'list', '--json'])).json
  return items.find((letter: { key: string }) => letter.key === orderId).id
}

test('an order is shown by its number, however it is written, and by its id', async () => {
  const byNumber = await ops(['order', 'show', paid.number.toLowerCase().replaceAll('-', ' ')])
  expect(byNumber).toMatchObject({ code: 0, err: '' })
  expect(byNumber.out).toContain('paid, 30.00 EUR of 30.00 EUR captured')
  expect(byNumber.out).toContain('OPS-1')
  expect((await ops(['order', 'show', paid.id, '--json'])).json).toMatchObject({ id: paid.id, status: 'processing' })
  expect(await ops(['order', 'show', 'CW-2222-2222'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('There is no order'),
  })
})

test('a saga is shown, asked to try again, and undone with a reason', async () => {
  const shown = await ops(['saga', 'show', pending.number])
  expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('retry, compensate') })
  expect((await ops(['saga', 'retry', pending.id])).code).toBe(0)
  expect(await ops(['saga', 'compensate', pending.id])).toMatchObject({ code: 2, err: expect.stringContaining('--reason') })
  const undone = await ops(['saga', 'compensate', pending.id, '--reason', 'the customer called', '--json'])
  expect(undone).toMatchObject({ code: 0, json: { state: 'cancelled' } })
  expect(await ops(['saga', 'compensate', paid.id, '--reason', 'too late'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('order_state'),
  })
})

test('dead letters are listed, shown, redriven and discarded; what fails again is a failure', async () => {
  const id = await aDeadLetter()
  expect((await ops(['dead-letters', 'list', '--service', 'order'])).out).toContain('payment.refund-failed')
  expect((await ops(['dead-letters', 'list', '--service', 'cart'])).out).toBe('No dead letters.\n')
  expect((await ops(['dead-letters', 'show', id])).out).toContain('"refundId": "rfd_lost0000001"')
  expect(await ops(['dead-letters', 'redrive', id])).toMatchObject({
    code: 1,
    out: expect.stringContaining('failed again'),
  })
  expect(await ops(['dead-letters', 'discard', id])).toMatchObject({
    code: 0,
    out: expect.stringContaining('discarded'),
  })
  expect((await ops(['dead-letters', 'list', '--resolved'])).out).toContain('discarded')
  expect((await ops(['dead-letters', 'discard', id])).code).toBe(1)
})

test('stock, a comparison with Stripe, and what this shop has no engine for', async () => {
  expect((await ops(['stock', 'OPS-1', '--json'])).json).toMatchObject({ sku: 'OPS-1', onHand: 8, movements: expect.any(Array) })
  expect((await ops(['stock', 'NOBODY'])).code).toBe(1)
  expect(await ops(['reconcile'])).toMatchObject({ code: 0, out: expect.stringContaining('compared') })
  expect(await ops(['reindex'])).toMatchObject({ code: 1, err: expect.stringContaining('upstream_unavailable') })
  const replayed = await ops(['replay', 'order', 'order', 'payment.events', '--from', '2026-01-01T00:00:00Z'])
  expect(replayed).toMatchObject({ code: 1, err: expect.stringContaining('not_found') })
})

test('the doctor finds nothing in a sound shop, and a dead letter in one that is not', async () => {
  await shop.advance('31s')
  const well = await ops(['doctor'])
  expect(well).toMatchObject({ code: 0, err: '' })
  expect(well.out).toContain('Nothing is wrong.')
  expect(well.out).toMatch(/ok +order invariants +\d+ of \d+ checked, all true/)
  const id = await aDeadLetter()
  const ill = await ops(['doctor', '--json'])
  expect(ill).toMatchObject({ code: 1, json: { well: false } })
  expect(ill.json.findings.filter(({ state }: { state: string }) => state === 'ill')).toMatchObject([
    { subject: 'order dead letters', detail: '1 open' },
    { subject: 'dead letters' },
  ])
  await ops(['dead-letters', 'discard', id])
})

test('a command that is not understood exits with 2 and says what would be', async () => {
  expect(await ops(['dance'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('There is no command dance') })
  expect(await ops(['help'])).toMatchObject({ code: 0, out: expect.stringContaining('dead-letters redrive <id>') })
})

test('the password that everybody knows is used for a shop for development that runs here, and for no other', async () => {
  const elsewhere = ['order', 'show', paid.id, '--url', 'http://127.0.0.1:9']
  expect(await ops(elsewhere)).toMatchObject({ code: 1, err: expect.stringContaining('OPS_PASSWORD') })
  expect(await ops(elsewhere, { OPS_PASSWORD: 'x' })).toMatchObject({ code: 1, err: expect.stringContaining('does not answer') })
  expect(await ops(['order', 'show', paid.id], { NODE_ENV: 'production' })).toMatchObject({
    code: 1,
    err: expect.stringContaining('OPS_PASSWORD'),
  })
  expect(await ops(['order', 'show', paid.id], { OPS_PASSWORD: 'wrong-password' })).toMatchObject({
    code: 1,
    err: expect.stringContaining('invalid_credentials'),
  })
  const customer = ['order', 'show', paid.id, '--email', 'alice@example.com']
  expect(await ops(customer)).toMatchObject({ code: 1, err: expect.stringContaining('is not an admin') })
})

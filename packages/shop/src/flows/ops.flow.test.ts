// Operator’s tool against a whole shop: its output, its effects and its exit codes.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Order, paymentEvents } from '@cartwright/contracts'
import { type Database, type Sql, sql } from '@cartwright/db'
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
  // biome-ignore lint/suspicious/noExplicitAny: output of `--json`; each test asserts on the fields it names.
  json: any
}

/** Runs the tool on the shop's data folder; `env` adds to its environment. */
const ops = (line: string[], env: Record<string, string> = {}): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(process.execPath, [tool, ...line], { env: { SHOP_DATA_DIR: dataDir, ...env } }, (error, out, err) => {
      const code = error === null ? 0 : Number(error.code)
      resolve({ code, out, err, json: line.includes('--json') && out !== '' ? JSON.parse(out) : null })
    })
  })

/** Publishes a refund failure of an order that does not exist; order writes a dead letter. @returns its id */
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

test('`order show` finds an order by its id, and by its number in any spelling', async () => {
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

test('`saga` shows a checkout, retries it, and compensates it with a reason', async () => {
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

test('`dead-letters` lists, shows, redrives and discards, and exits with 1 when the redrive fails again', async () => {
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

test('`stock`, `reconcile` and `reindex` succeed, and a replay, which needs Kafka, exits with 1', async () => {
  expect((await ops(['stock', 'OPS-1', '--json'])).json).toMatchObject({ sku: 'OPS-1', onHand: 8, movements: expect.any(Array) })
  expect((await ops(['stock', 'UNKNOWN-1'])).code).toBe(1)
  expect(await ops(['reconcile'])).toMatchObject({ code: 0, out: expect.stringContaining('compared') })
  expect(await ops(['reindex'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+ products were copied/) })
  const replayed = await ops(['replay', 'order', 'order', 'payment.events', '--from', '2026-01-01T00:00:00Z'])
  expect(replayed).toMatchObject({ code: 1, err: expect.stringContaining('not_found') })
})

test('the doctor finds no problem in a healthy shop, and reports a dead letter', async () => {
  await shop.advance('31s')
  const well = await ops(['doctor'])
  expect(well).toMatchObject({ code: 0, err: '' })
  expect(well.out).toContain('No problems found.')
  expect(well.out).toMatch(/ok +catalog search +the index in memory answers, 0 products wait to be indexed/)
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

const write = async (db: Database | null, statement: Sql): Promise<void> => {
  await db?.tx((tx) => tx.run`${statement}`)
}

/** Publishes the failure of a refund of a paid order. */
const failRefund = () =>
  shop.shop.services.payment.db?.tx((tx) =>
    publish(tx, paymentEvents.refundFailed, {
      orderId: paid.id,
      paymentId: 'pay_failed000001',
      refundId: 'rfd_failed000001',
      number: paid.number,
      recipient: { email: 'owed@example.net' },
      locale: 'en',
      amount: { amountMinor: 1250, currency: 'EUR' },
      reason: 'account_closed',
    }),
  )

test('the doctor lists what an operator must settle: refunds, disputes, mails, jobs, accounts', async () => {
  const { identity, cart, notification } = shop.shop.services
  await failRefund()
  const { charges } = (await (await fetch(`${shop.sandbox.url}/_sandbox/ledger`)).json()) as { charges: { id: string }[] }
  await shop.sandboxPost('/_sandbox/disputes', { charge: charges[0]?.id })
  await shop.idle()
  expect(shop.mailsTo('owed@example.net')).toEqual([`The refund for order ${paid.number} did not go through`])
  await write(notification.db, sql`UPDATE message SET state = 'failed', failure = 'full' WHERE recipient = 'owed@example.net'`)
  await write(identity.db, sql`UPDATE user_account SET kept_email = 'Bob@Example.com ' WHERE email = 'bob@example.com'`)
  await write(
    cart.db,
    sql`INSERT INTO work_item (kind, item_key, payload, headers, created_at, available_at)
      VALUES ('left-behind', 'x', '{}', '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) - INTERVAL 1 HOUR)`,
  )
  const { code, json, out } = await ops(['doctor', '--json'])
  expect(code, out).toBe(1)
  const ill = json.findings.filter(({ state }: { state: string }) => state === 'ill')
  const detailOf = (about: string) => ill.find(({ subject }: { subject: string }) => subject.includes(about))?.detail
  expect(detailOf('order: orders whose refund failed')).toBe(`1: ${paid.id}; run order show ${paid.id}`)
  expect(detailOf('payment: orders whose payment is disputed')).toBe(`1: ${paid.id}; run order show ${paid.id}`)
  expect(detailOf('notification: mails')).toMatch(/^1: msg_\w+; run mails failed$/)
  expect(detailOf('identity: accounts')).toMatch(/^1: usr_\w+; run accounts unreachable$/)
  expect(detailOf('cart: jobs that are overdue')).toBe('1: left-behind x; run doctor')
  expect((await ops(['order', 'show', paid.number])).out).toMatch(/rfd_failed000001 +12\.50 EUR +failed/)
  const listed = await ops(['mails', 'failed', '--json'])
  expect(listed.json).toMatchObject([{ trouble: 'full', orderNumber: paid.number }])
  expect((await ops(['accounts', 'unreachable'])).out).toContain('usr_')
  expect((await ops(['mails', 'resend', listed.json[0].id])).code).toBe(0)
  await shop.idle()
  expect((await ops(['mails', 'failed'])).out).toBe('No mail failed.\n')
})

test('an operator sees which addresses get no mails, and lets mails go to one again', async () => {
  const { notification } = shop.shop.services
  await write(
    notification.db,
    sql`INSERT INTO undeliverable_address (id, address, reason, provider, message_id, marked_at)
      VALUES ('und_bounced00001', 'owed@example.net', 'bounce', 'mailgun', 'msg_x', UTC_TIMESTAMP(6))`,
  )
  expect((await ops(['mails', 'undeliverable'])).out).toMatch(/und_bounced00001 +owed@example\.net +bounce +mailgun/)
  expect((await ops(['mails', 'clear', 'msg_x'])).code).toBe(2)
  expect((await ops(['mails', 'clear', 'und_bounced00001'])).out).toContain('owed@example.net again')
  expect((await ops(['mails', 'undeliverable'])).out).toBe('No address is marked as undeliverable.\n')
})

test('an unknown command exits with 2, and `help` lists the commands', async () => {
  expect(await ops(['dance'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('There is no command dance') })
  expect(await ops(['help'])).toMatchObject({ code: 0, out: expect.stringContaining('dead-letters redrive <id>') })
})

test('the tool uses the development password only for a development shop on this machine', async () => {
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

// Integration tests of invoices: numbers without a gap, credit notes of refunds, who may read them.
import { orderEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder({ INVOICE_NUMBER_PREFIX: 'DE-', SHOP_TIME_ZONE: 'Europe/Berlin' })
})
afterAll(() => o?.stop())

type Confirmed = Awaited<ReturnType<OrderUnderTest['anOrderIn']>>
const confirmed = () => o.anOrderIn('processing')
const documentsOf = async ({ id, shopper }: Confirmed) => (await o.t.as(shopper).get(`/v1/orders/${id}/invoices`)).body.items
const numbersOf = (kind: string) =>
  o.t.sql(`SELECT serial FROM invoice WHERE kind ${kind === 'invoice' ? '=' : '<>'} 'invoice' ORDER BY serial`)
const from = (first: number, count: number) => Array.from({ length: count }, (_, index) => ({ serial: first + index }))

/** Refunds a part of an order, as payment would tell it. @returns the refund’s id */
const refunded = async (order: Confirmed, amountMinor: number): Promise<string> => {
  const known = (await o.eventsOf(orderEvents.refundRequested, order.id)).length
  const amount = { amountMinor, currency: 'EUR' }
  expect((await o.t.as(admin).post(`/v1/admin/orders/${order.id}/refunds`, { amount, reason: 'sorry' })).status).toBe(202)
  await o.t.idle()
  const refundId = String((await o.eventsOf(orderEvents.refundRequested, order.id))[known]?.refundId)
  await order.refunded(refundId, amountMinor)
  return refundId
}

/** Runs while another transaction holds the order's invoice, so that no schedule issues anything of the order. */
const whileHeld = <T>(order: Confirmed, work: () => Promise<T>): Promise<T> => {
  const { db } = o.t.running
  if (db === null) throw new Error('order has a schema')
  return db.tx(async (tx) => {
    await tx.rows`SELECT order_id FROM invoice_due WHERE order_id = ${order.id} FOR UPDATE`
    return work()
  })
}

test('a paid order has one invoice, in its year’s series, as PDF', async () => {
  const order = await confirmed()
  const answer = await o.t.as(order.shopper).get(`/v1/orders/${order.id}/invoice.pdf`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/pdf')
  expect(answer.text.startsWith('%PDF-')).toBe(true)
  const year = o.t.clock.now().getUTCFullYear()
  expect(answer.headers.get('content-disposition')).toMatch(new RegExp(`^inline; filename="DE-INV-${year}-\\d{6}\\.pdf"$`))
  await o.t.as(order.shopper).get(`/v1/orders/${order.id}/invoice.pdf`)
  expect(await documentsOf(order)).toMatchObject([
    { kind: 'invoice', orderId: order.id, refundId: null, total: { amountMinor: 2000, currency: 'EUR' } },
  ])
})

test('the invoices of 50 orders that are asked for at once have numbers without a gap', async () => {
  const orders = await Promise.all(Array.from({ length: 50 }, confirmed))
  await Promise.all(orders.map(({ id, shopper }) => o.t.as(shopper).get(`/v1/orders/${id}/invoices`)))
  const all = await numbersOf('invoice')
  expect(all.length).toBeGreaterThanOrEqual(50)
  expect(all).toEqual(from(1, all.length))
})

test('a confirmed order gets its invoice without being asked for it', async () => {
  const order = await confirmed()
  o.t.clock.advance('10s')
  await o.t.idle()
  expect(await o.t.sql(`SELECT kind FROM invoice WHERE order_id = '${order.id}'`)).toEqual([{ kind: 'invoice' }])
  expect(await o.t.sql('SELECT * FROM invoice_due')).toEqual([])
})

test('an order that was confirmed before there were invoices gets one when it is asked for', async () => {
  const order = await confirmed()
  o.t.clock.advance('10s')
  await o.t.idle()
  await o.t.sql(`UPDATE invoice SET order_id = 'ord_other' WHERE order_id = '${order.id}'`)
  const ask = () => o.t.as(order.shopper).get(`/v1/orders/${order.id}/invoice.pdf`)
  expect((await Promise.all([ask(), ask(), ask()])).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(await documentsOf(order)).toHaveLength(1)
  const all = await numbersOf('invoice')
  expect(all).toEqual(from(1, all.length))
})

test('each refund has a credit note, and one whose refund fails later is cancelled', async () => {
  const order = await confirmed()
  const first = await refunded(order, 700)
  const second = await refunded(order, 1300)
  expect(await documentsOf(order)).toMatchObject([
    { kind: 'invoice' },
    { kind: 'credit_note', refundId: first, total: { amountMinor: 700 } },
    { kind: 'credit_note', refundId: second, total: { amountMinor: 1300 } },
  ])
  await order.refundFailed(second, 1300)
  const documents = await documentsOf(order)
  expect(documents.at(-1)).toMatchObject({ kind: 'cancellation', refundId: second, total: { amountMinor: 1300 } })
  const credits = await numbersOf('credit')
  expect(credits).toEqual(from(1, credits.length))
  for (const { number } of documents)
    expect((await o.t.as(order.shopper).get(`/v1/orders/${order.id}/invoices/${number}`)).text.startsWith('%PDF-')).toBe(true)
})

test('the credit note of a partial cancellation lists the goods with what is paid back for them', async () => {
  const order = await confirmed()
  const [{ id: lineId }] = (await order.read()).lines
  const body = { reason: 'broken', lines: [{ lineId, quantity: 1 }] }
  expect((await o.t.as(admin).post(`/v1/admin/orders/${order.id}/cancel`, body)).status).toBe(200)
  const [{ id: refundId }] = (await order.read()).refunds
  await order.refunded(refundId, 1000)
  const [, { number }] = await documentsOf(order)
  const pdf = await o.t.as(order.shopper).get(`/v1/orders/${order.id}/invoices/${number}`)
  expect(pdf.text.startsWith('%PDF-')).toBe(true)
  const [{ content }] = (await o.t.sql(`SELECT content FROM invoice WHERE number = '${number}'`)) as [{ content: string }]
  expect(JSON.parse(content)).toMatchObject({
    lines: [{ name: 'Harbour mug', sku: order.item.sku, quantity: 1, lineTotal: { amountMinor: 1000 } }],
    total: { amountMinor: 1000 },
  })
})

test('a refund that fails before its credit note is issued has none', async () => {
  const order = await confirmed()
  await whileHeld(order, async () => order.refundFailed(await refunded(order, 500), 500))
  expect(await documentsOf(order)).toMatchObject([{ kind: 'invoice' }])
})

test('a credit note waits while another transaction holds the invoice that it refers to', async () => {
  const order = await confirmed()
  const issueAll = async () => {
    o.t.clock.advance('10s')
    await o.t.idle()
  }
  const refundId = await whileHeld(order, async () => {
    const held = await refunded(order, 300)
    await issueAll()
    return held
  })
  await issueAll()
  expect(await o.t.sql(`SELECT kind, refund_id FROM invoice WHERE order_id = '${order.id}' ORDER BY number DESC`)).toEqual([
    { kind: 'invoice', refund_id: '' },
    { kind: 'credit_note', refund_id: refundId },
  ])
})

test('an order that was cancelled before it was confirmed has no invoice and no credit note', async () => {
  const order = await o.anOrderIn('committing')
  expect((await order.cancel()).status).toBeLessThan(300)
  await o.t.idle()
  const [refund] = await o.eventsOf(orderEvents.refundRequested, order.id)
  await order.refunded(String(refund?.refundId), 2000)
  expect(await documentsOf(order)).toEqual([])
})

test('an order that is not paid has no invoice', async () => {
  const order = await o.anOrderIn('paying')
  expect(await o.t.as(order.shopper).get(`/v1/orders/${order.id}/invoice.pdf`)).toMatchObject({
    status: 409,
    body: { code: 'order_state', orderStatus: 'pending' },
  })
})

test('the documents of another shopper’s order are absent', async () => {
  const order = await confirmed()
  const [{ number }] = await documentsOf(order)
  const other = await confirmed()
  const paths = [
    `/v1/orders/${order.id}/invoice.pdf`,
    `/v1/orders/${order.id}/invoices`,
    `/v1/orders/${order.id}/invoices/${number}`,
  ]
  for (const path of [...paths, `/v1/orders/${other.id}/invoices/${number}`])
    expect(await o.t.as(other.shopper).get(path)).toMatchObject({ status: 404, body: { code: 'not_found' } })
})

test('an operator lists all documents by pages and opens any of them', async () => {
  await refunded(await confirmed(), 100)
  o.t.clock.advance('10s')
  await o.t.idle()
  const seen: string[] = []
  let cursor = ''
  do {
    const { body } = await o.t.as(admin).get(`/v1/admin/invoices?limit=20${cursor}`)
    seen.push(...body.items.map(({ number }: { number: string }) => number))
    cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`
  } while (cursor !== '')
  const [{ count }] = (await o.t.sql('SELECT COUNT(*) AS count FROM invoice')) as [{ count: number }]
  expect(new Set(seen).size).toBe(Number(count))
  const { body } = await o.t.as(admin).get('/v1/admin/invoices?kind=credit_note&limit=1')
  expect(body.items[0]).toMatchObject({ kind: 'credit_note' })
  expect((await o.t.as(admin).get(`/v1/admin/invoices/${seen[0]}`)).text.startsWith('%PDF-')).toBe(true)
  expect((await o.t.as(admin).get('/v1/admin/invoices/NO-2026-000001')).status).toBe(404)
  const later = new Date(o.t.clock.now().getTime() + 60_000).toISOString()
  expect((await o.t.as(admin).get(`/v1/admin/invoices?from=${later}`)).body.items).toEqual([])
})

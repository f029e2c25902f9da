// Integration tests of credit notes: which goods they list, which taxes they credit, and that they add up to the invoice.
import { type AppliedTax, orderEvents } from '@cartwright/contracts'
import { exampleRules } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, anAddress, type OrderUnderTest, startOrder } from '../../fixtures.ts'
import { rulePublisher } from '../../promotions.fixture.ts'

let o: OrderUnderTest
const publishRules = rulePublisher(() => o)
beforeAll(async () => {
  o = await startOrder()
  await publishRules(exampleRules(1))
})
afterAll(() => o?.stop())

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const operate = async (path: string, body: object = {}) => {
  const answer = await o.t.as(admin).post(`/v1/admin/${path}`, body)
  expect(answer.status, answer.text).toBeLessThan(300)
  return answer.body
}

/** A confirmed order of three books at 7 % and one mug at 19 %, with shipping: 32.97, 14.50 and 4.90. */
const confirmed = async () => {
  const shopper = o.aShopper()
  const book = o.anItem({ productName: 'Book', name: 'Book', price: eur(1099), taxClass: 'reduced' })
  const mug = o.anItem({ price: eur(1450) })
  const items = [
    { sku: book.sku, quantity: 3 },
    { sku: mug.sku, quantity: 1 },
  ]
  const choice = { destination: { country: 'DE', postalCode: '28195' }, shippingOptionId: 'opt_standard' }
  const cart = o.fillCart(shopper, items, 3, choice)
  const total = eur(3297 + 1450 + 490)
  const shippingAddress = { ...anAddress, country: 'DE', postalCode: '28195' }
  const placed = await o.checkout(shopper, { expectedTotal: total, shippingAddress })
  expect(placed.status, placed.text).toBe(201)
  await o.t.idle()
  const id = String(placed.body.id)
  const [request] = await o.eventsOf(orderEvents.stockRequested, id)
  const ids = { id, number: String(placed.body.number), reservationId: String(request?.reservationId) }
  const order = o.answering({ ...ids, shopper, cart, item: book, total })
  for (const step of [order.reserved, order.opened, order.succeeded, order.committed]) await step()
  const lineOf = (sku: string): string => placed.body.lines.find((line: { sku: string }) => line.sku === sku).id
  return { ...order, book: lineOf(book.sku), mug: lineOf(mug.sku) }
}
type Confirmed = Awaited<ReturnType<typeof confirmed>>

interface Printed {
  lines: { name: string; quantity: number; lineTotal: { amountMinor: number } }[]
  taxes: AppliedTax[]
  total: { amountMinor: number }
}
const contentsOf = async ({ id }: Confirmed, kind: string): Promise<Printed[]> => {
  o.t.clock.advance('10s')
  await o.t.idle()
  const rows = await o.t.sql(`SELECT content FROM invoice WHERE order_id = '${id}' AND kind = '${kind}' ORDER BY number`)
  return rows.map(({ content }) => JSON.parse(content))
}
const short = (taxes: readonly AppliedTax[]) =>
  taxes.map(({ rate, base, amount }) => [rate, base.amountMinor, amount.amountMinor])
const goodsOf = ({ lines }: Printed) => lines.map(({ name, quantity, lineTotal }) => [name, quantity, lineTotal.amountMinor])
const requestsOf = ({ id }: Confirmed) => o.eventsOf(orderEvents.refundRequested, id)

/** Lets payment succeed with every refund that was asked for. */
const payBack = async (order: Confirmed) => {
  await o.t.idle()
  for (const { refundId, amount } of await requestsOf(order)) await order.refunded(refundId, amount.amountMinor)
}
const cancelLine = (order: Confirmed, lineId: string, quantity: number) =>
  operate(`orders/${order.id}/cancel`, { reason: 'broken', lines: [{ lineId, quantity }] })

/** Every document about a part: its taxes and their bases are its amount, and all of them are the invoice. */
const expectSums = async (order: Confirmed) => {
  const [invoice] = await contentsOf(order, 'invoice')
  const notes = await contentsOf(order, 'credit_note')
  const sums = new Map<number, [number, number]>()
  for (const note of notes) {
    expect(short(note.taxes).reduce((sum, [, base = 0, tax = 0]) => sum + base + tax, 0)).toBe(note.total.amountMinor)
    for (const [rate = 0, base = 0, tax = 0] of short(note.taxes)) {
      const [bases, taxes] = sums.get(rate) ?? [0, 0]
      sums.set(rate, [bases + base, taxes + tax])
    }
  }
  expect([...sums].map(([rate, parts]) => [rate, ...parts]).sort()).toEqual(short(invoice?.taxes ?? []).sort())
}

test('a cancelled book is credited at 7 % and listed, the mug at 19 %, and with the rest all notes are the invoice', async () => {
  const order = await confirmed()
  for (const [line, units] of [
    [order.book, 1],
    [order.book, 1],
    [order.mug, 1],
  ] as const)
    await cancelLine(order, line, units)
  await payBack(order)
  const notes = await contentsOf(order, 'credit_note')
  expect(notes.map((note) => short(note.taxes))).toEqual([[[7, 1027, 72]], [[7, 1027, 72]], [[19, 1218, 232]]])
  expect(notes.map(goodsOf)).toEqual([[['Book', 1, 1099]], [['Book', 1, 1099]], [['Harbour mug', 1, 1450]]])
  expect((await order.cancel()).status).toBe(200)
  await payBack(order)
  expect(goodsOf((await contentsOf(order, 'credit_note'))[3] as Printed)).toEqual([['Book', 1, 1099]])
  await expectSums(order)
})

test('a request for a refund tells payment its goods and taxes', async () => {
  const order = await confirmed()
  await cancelLine(order, order.book, 2)
  await operate(`orders/${order.id}/refunds`, { amount: eur(100), reason: 'late' })
  await o.t.idle()
  const [ofGoods, free] = await requestsOf(order)
  expect(ofGoods).toMatchObject({
    amount: eur(2198),
    lines: [{ name: 'Book', quantity: 2, amount: eur(2198) }],
    taxes: [{ name: 'VAT', rate: 7, base: eur(2054), amount: eur(144) }],
  })
  expect(free).toMatchObject({ amount: eur(100), lines: [], taxes: [{ rate: 19 }, { rate: 7 }] })
})

test('a refund that is capped lists its goods with what was paid back for them', async () => {
  const order = await confirmed()
  await operate(`orders/${order.id}/refunds`, { amount: eur(5000), reason: 'late' })
  await cancelLine(order, order.book, 2)
  await payBack(order)
  const [, capped] = await contentsOf(order, 'credit_note')
  expect(capped).toMatchObject({ total: eur(237) })
  expect(goodsOf(capped as Printed)).toEqual([['Book', 2, 237]])
  await expectSums(order)
})

test('a return is credited with its goods and the shipping that an operator adds', async () => {
  const order = await confirmed()
  await operate(`orders/${order.id}/ship`, { carrier: 'DHL', trackingNumber: 'T1' })
  await operate(`orders/${order.id}/deliver`)
  const lines = [{ lineId: order.mug, quantity: 1, reason: 'damaged' }]
  const { id } = (await o.t.as(order.shopper).post(`/v1/orders/${order.id}/returns`, { lines })).body
  await operate(`returns/${id}/approve`)
  await operate(`returns/${id}/receive`, { lines: [{ lineId: order.mug, quantity: 1, restock: true }] })
  await operate(`returns/${id}/refund`, { amount: eur(1450 + 490) })
  await payBack(order)
  const [note] = await contentsOf(order, 'credit_note')
  expect(goodsOf(note as Printed)).toEqual([['Harbour mug', 1, 1450]])
  // Shipping is taxed at the rates of the goods: 1.50 of it at 19 %.
  expect(short(note?.taxes ?? [])).toEqual([
    [19, 1218 + 126, 232 + 24],
    [7, 318, 22],
  ])
  await operate(`orders/${order.id}/refunds`, { reason: 'the rest' })
  await payBack(order)
  await expectSums(order)
})

test('a refund whose outcome is announced again has one credit note, and keeps no other document from being issued', async () => {
  const order = await confirmed()
  await cancelLine(order, order.book, 1)
  await payBack(order)
  expect(await contentsOf(order, 'credit_note')).toHaveLength(1)
  await payBack(order)
  expect(await contentsOf(order, 'credit_note')).toHaveLength(1)
  expect(await contentsOf(await confirmed(), 'invoice')).toHaveLength(1)
  expect(await o.t.sql('SELECT * FROM invoice_due')).toEqual([])
})

test('a cancelled order is credited with all goods, and a failed refund gives its parts back to the next one', async () => {
  const order = await confirmed()
  expect((await order.cancel()).status).toBe(200)
  await o.t.idle()
  const [whole] = await requestsOf(order)
  await order.refunded(String(whole?.refundId), 5237)
  await expectSums(order)
  const [note] = await contentsOf(order, 'credit_note')
  expect(goodsOf(note as Printed)).toEqual([
    ['Book', 3, 3297],
    ['Harbour mug', 1, 1450],
  ])
  await order.refundFailed(String(whole?.refundId), 5237)
  const [cancellation] = await contentsOf(order, 'cancellation')
  expect(cancellation).toMatchObject({ lines: note?.lines, taxes: note?.taxes, total: note?.total })
  await operate(`orders/${order.id}/refunds`, { reason: 'again' })
  await o.t.idle()
  const again = (await requestsOf(order))[1]
  await order.refunded(String(again?.refundId), 5237)
  expect((await contentsOf(order, 'credit_note'))[1]).toMatchObject({ taxes: note?.taxes })
})

test('a refund of the dashboard that leaves too little for one on its way is credited from what has not gone back', async () => {
  const order = await confirmed()
  expect((await order.cancel()).status).toBe(200)
  await o.t.idle()
  await order.refunded('rfd_dashboard1', 1000, 'dashboard')
  const [whole] = await requestsOf(order)
  await order.refundFailed(String(whole?.refundId), 5237)
  await o.t.idle()
  const rest = (await requestsOf(order))[1]
  expect(rest).toMatchObject({ amount: eur(4237) })
  await order.refunded(String(rest?.refundId), 4237)
  await expectSums(order)
})

// Integration tests of withdrawals: the two steps, the receipt, what follows for the goods, and the queue of the operators.
import { identityEvents, orderEvents } from '@cartwright/contracts'
import { sealKeys } from '@cartwright/testing'
import { compactDecrypt, importJWK } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
let open: (sealed: string) => Promise<string>
beforeAll(async () => {
  const { publicJwk, privateJwk } = await sealKeys()
  o = await startOrder({ SEAL_PUBLIC_JWK: publicJwk, SHOP_NAME: 'Harbour Goods', SHOP_TIME_ZONE: 'Europe/Berlin' })
  const key = await importJWK(JSON.parse(privateJwk), 'ECDH-ES+A256KW')
  open = async (sealed) => JSON.parse(new TextDecoder().decode((await compactDecrypt(sealed, key)).plaintext)).code
})
afterAll(() => o?.stop())

type Claim = { number: string; email: string }
const ask = async ({ number, email }: Claim) => {
  const answer = await o.t.anonymous.post('/v1/withdrawals', { number, email }, { key: null })
  await o.t.idle()
  return answer
}
const confirm = ({ number, email }: Claim, code: string) =>
  o.t.anonymous.post('/v1/withdrawals/confirm', { number, email, code }, { key: null })
const lastCode = async (orderId: string) =>
  open(String((await o.eventsOf(orderEvents.withdrawalRequested, orderId)).at(-1)?.sealedCode))
const operate = (path: string, body: object = {}) => o.t.as(admin).post(`/v1/admin/${path}`, body)
const ship = async (id: string, more: object = {}) =>
  expect((await operate(`orders/${id}/ship`, { carrier: 'DHL', trackingNumber: 'T1', ...more })).status).toBe(200)

type State = 'paying' | 'processing'
const anOrder = async (state: State = 'processing', shopper = o.aShopper()) => {
  const order = await o.anOrderIn(state, shopper)
  return { ...order, email: String(order.shopper.email) }
}
const delivered = async () => {
  const order = await anOrder()
  await ship(order.id)
  expect((await operate(`orders/${order.id}/deliver`)).status).toBe(200)
  return order
}
const withdrawn = async (order: Claim & { id: string }) => {
  await ask(order)
  const answer = await confirm(order, await lastCode(order.id))
  await o.t.idle()
  return answer
}
const returnsOf = async (orderId: string) => (await o.t.as(admin).get(`/v1/admin/returns?orderId=${orderId}`)).body.items

test('a delivered order is withdrawn from without signing in: a receipt, its mail, and an approved return of all goods', async () => {
  const order = await delivered()
  expect(await ask({ number: order.number.toLowerCase().replaceAll('-', ' '), email: order.email.toUpperCase() })).toMatchObject({
    status: 202,
    body: { status: 'accepted' },
  })
  expect(await o.eventsOf(orderEvents.withdrawalRequested, order.id)).toMatchObject([
    { number: order.number, recipient: { email: order.email }, sealedCode: expect.stringMatching(/^ey/) },
  ])
  const answer = await confirm(order, await lastCode(order.id))
  expect(answer).toMatchObject({ status: 200, body: { number: order.number, withdrawalId: expect.stringMatching(/^wdr_/) } })
  const { receipt, receivedAt, withdrawalId } = answer.body
  expect(receipt).toContain(`withdrawal from the contract about order ${order.number}`)
  expect(receipt).toContain(receivedAt)
  expect(receipt).toContain('placed with Harbour Goods')
  expect(receipt).toContain('2 × Harbour mug')
  expect(receipt).not.toContain(order.email)
  await o.t.idle()
  expect(await o.eventsOf(orderEvents.withdrawn, order.id)).toMatchObject([{ withdrawalId, receipt, at: receivedAt }])
  expect(await returnsOf(order.id)).toMatchObject([{ state: 'approved', lines: [{ quantity: 2, reason: 'no_longer_wanted' }] }])
  expect(await o.eventsOf(orderEvents.returnApproved, order.id)).toHaveLength(1)
  expect(await order.read()).toMatchObject({ returnStatus: 'requested', status: 'delivered' })
})

test('a guest withdraws before shipping: the order is cancelled, its money refunded and its stock put back', async () => {
  const guest = o.aShopper('guest')
  const item = o.anItem()
  o.fillCart(guest, [{ sku: item.sku, quantity: 1 }])
  const placed = await o.checkout(guest, { email: 'gast@example.net', locale: 'de-AT' })
  const order = { id: String(placed.body.id), number: String(placed.body.number), email: 'gast@example.net' }
  await o.t.idle()
  const answer = await withdrawn(order)
  expect(answer.body.receipt).toMatch(/^Wir haben Ihren Widerruf/)
  expect(answer.body.receipt).toMatch(/Eingegangen: .*(MEZ|MESZ)/)
  expect((await o.t.as(admin).get(`/v1/admin/orders/${order.id}`)).body.cancelRequestedAt).not.toBeNull()

  const paid = await anOrder('processing')
  expect((await withdrawn(paid)).status).toBe(200)
  expect(await paid.read()).toMatchObject({ status: 'cancelled', cancelReason: 'customer', refundStatus: 'pending' })
  expect(await o.eventsOf(orderEvents.refundRequested, paid.id)).toMatchObject([{ amount: paid.total }])
  expect(await o.eventsOf(orderEvents.stockReturnRequested, paid.id)).toHaveLength(1)
  expect(await returnsOf(paid.id)).toEqual([])
})

test('after a partial return the rest is returned, and money flows for each part once', async () => {
  const order = await delivered()
  const { lines } = await order.read()
  const asked = await o.t.as(order.shopper).post(`/v1/orders/${order.id}/returns`, {
    lines: [{ lineId: lines[0].id, quantity: 1, reason: 'damaged' }],
  })
  const settle = async (id: string) => {
    await operate(`returns/${id}/receive`, { lines: [{ lineId: lines[0].id, quantity: 1, restock: true }] })
    expect((await operate(`returns/${id}/refund`)).status).toBe(200)
  }
  await operate(`returns/${asked.body.id}/approve`)
  await settle(asked.body.id)
  expect((await withdrawn(order)).status).toBe(200)
  const [rest] = await returnsOf(order.id)
  expect(rest).toMatchObject({ state: 'approved', lines: [{ quantity: 1 }] })
  await settle(rest.id)
  await o.t.idle()
  expect(await order.read()).toMatchObject({ returnStatus: 'full' })
  const refunds = await o.eventsOf(orderEvents.refundRequested, order.id)
  expect(refunds.map(({ amount }) => amount.amountMinor)).toEqual([1000, 1000])
  const again = await delivered()
  expect(await confirm(again, '000000')).toMatchObject({ status: 400 })
})

test('parallel confirms make one receipt, and a repeated withdrawal answers with it', async () => {
  const order = await delivered()
  await ask(order)
  const code = await lastCode(order.id)
  const answers = await Promise.all(Array.from({ length: 5 }, () => confirm(order, code)))
  const first = answers[0]?.body
  expect(answers).toMatchObject(answers.map(() => ({ status: 200, body: first })))
  o.t.clock.advance('61s')
  expect((await withdrawn(order)).body).toEqual(first)
  await o.t.idle()
  expect(await o.eventsOf(orderEvents.withdrawn, order.id)).toHaveLength(1)
  expect(await returnsOf(order.id)).toHaveLength(1)
})

test('a confirmation whose answer was lost gives the same receipt for the same code, until the code expires', async () => {
  const [order, other] = [await delivered(), await delivered()]
  await ask(order)
  const code = await lastCode(order.id)
  const first = await confirm(order, code)
  for (let repeat = 0; repeat < 8; repeat++) expect(await confirm(order, code)).toMatchObject({ status: 200, body: first.body })
  const wrong = code === '000000' ? '000001' : '000000'
  expect(await confirm(order, wrong)).toMatchObject({ status: 400, body: { code: 'otp_invalid' } })
  expect(await confirm({ ...order, email: other.email }, code)).toMatchObject({ status: 400 })
  await o.t.idle()
  expect(await o.eventsOf(orderEvents.withdrawn, order.id)).toHaveLength(1)
  o.t.clock.advance('61s')
  await ask(order)
  await ask(other)
  const replaced = await lastCode(other.id)
  o.t.clock.advance('61s')
  await ask(other)
  expect((await confirm(other, await lastCode(other.id))).status).toBe(200)
  expect(await confirm(other, replaced)).toMatchObject({ status: 400, body: { code: 'otp_invalid' } })
  o.t.clock.advance('1h')
  expect(await confirm(order, code)).toMatchObject({ status: 400, body: { code: 'otp_invalid' } })
  expect(await o.eventsOf(orderEvents.withdrawn, other.id)).toHaveLength(1)
})

const partlyShipped = async (dispute = false) => {
  const order = await anOrder('processing')
  if (dispute) await order.disputed()
  await ship(order.id, {
    lines: [{ sku: order.item.sku, quantity: 1 }],
    ...(dispute && { despiteDispute: { reason: 'vouched' } }),
  })
  return order
}

test('of a partly shipped order the rest is cancelled and refunded, and what was shipped is to be sent back', async () => {
  const order = await partlyShipped()
  expect((await withdrawn(order)).status).toBe(200)
  expect(await order.read()).toMatchObject({
    status: 'shipped',
    fulfilmentStatus: 'shipped',
    returnStatus: 'requested',
    lines: [{ quantity: 2, cancelledQuantity: 1 }],
    refunds: [{ amount: { amountMinor: 1000 }, state: 'pending' }],
  })
  expect(await o.eventsOf(orderEvents.stockReturnRequested, order.id)).toMatchObject([{ lines: [{ quantity: 1 }] }])
  expect(await o.eventsOf(orderEvents.linesCancelled, order.id)).toHaveLength(1)
  expect(await returnsOf(order.id)).toMatchObject([{ state: 'approved', lines: [{ quantity: 1 }] }])
})

test('a dispute keeps nothing from being cancelled, and what the bank holds is not refunded', async () => {
  const order = await partlyShipped(true)
  expect((await withdrawn(order)).status).toBe(200)
  expect(await order.read()).toMatchObject({ status: 'shipped', refunds: [], lines: [{ cancelledQuantity: 1 }] })
  expect(await returnsOf(order.id)).toMatchObject([{ state: 'approved', lines: [{ quantity: 1 }] }])
})

test('each unit is either shipped and returned or cancelled when a shipment meets a withdrawal, in ten rounds', async () => {
  for (let round = 0; round < 10; round++) {
    const order = round % 2 === 0 ? await partlyShipped() : await anOrder('processing')
    await ask(order)
    const code = await lastCode(order.id)
    const rest = { carrier: 'DHL', trackingNumber: 'T2', lines: [{ sku: order.item.sku, quantity: 1 }] }
    const [answer, shipped] = await Promise.all([confirm(order, code), operate(`orders/${order.id}/ship`, rest)])
    expect([answer.status, [200, 409].includes(shipped.status)]).toEqual([200, true])
    await o.t.idle()
    const { status, lines, refunds } = await order.read()
    const back = (await returnsOf(order.id)).flatMap((one: { lines: { quantity: number }[] }) => one.lines)
    const returned = back.reduce((sum: number, { quantity }: { quantity: number }) => sum + quantity, 0)
    const cancelled = status === 'cancelled' ? 2 : lines[0].cancelledQuantity
    expect(cancelled + returned).toBe(2)
    expect(refunds.reduce((sum: number, one: { amount: { amountMinor: number } }) => sum + one.amount.amountMinor, 0)).toBe(
      1000 * cancelled,
    )
    expect(status).not.toBe('processing')
  }
})

test('the time ends after the days since the delivery, and a cancelled order needs no withdrawal', async () => {
  const order = await delivered()
  const cancelled = await anOrder()
  await cancelled.cancel()
  expect(await withdrawn(cancelled)).toMatchObject({
    status: 409,
    body: { code: 'withdrawal_not_possible', refusal: 'cancelled', withdrawableUntil: null },
  })
  o.t.clock.advance('16d')
  expect(await withdrawn(order)).toMatchObject({ status: 409, body: { code: 'withdrawal_not_possible', refusal: 'too_late' } })
  expect(await o.t.sql(`SELECT id FROM withdrawal WHERE order_id = '${order.id}'`)).toEqual([])
})

test('the answer is the same for an unknown number, a wrong address and a right pair, and only the right pair gets a mail', async () => {
  const order = await anOrder()
  const before = (await o.t.published(orderEvents.withdrawalRequested)).length
  const answers = [
    await ask({ number: 'CW-2222-2222', email: order.email }),
    await ask({ number: order.number, email: 'other@example.com' }),
    await ask(order),
    await ask(order),
  ]
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
  expect((await o.t.published(orderEvents.withdrawalRequested)).length).toBe(before + 1)
  expect(await confirm({ number: 'CW-2222-2222', email: order.email }, '123456')).toMatchObject({
    status: 400,
    body: { code: 'otp_invalid' },
  })
})

test('five wrong codes lock the order, and a code of the lookup withdraws from nothing', async () => {
  const order = await anOrder()
  await o.t.anonymous.post('/v1/orders/lookup', { number: order.number, email: order.email }, { key: null })
  await ask(order)
  const lookupCode = await open(String((await o.eventsOf(orderEvents.lookupRequested, order.id)).at(-1)?.sealedCode))
  const code = await lastCode(order.id)
  if (lookupCode !== code) expect((await confirm(order, lookupCode)).body.code).toBe('otp_invalid')
  for (let attempt = 0; attempt < 5; attempt++) await confirm(order, code === '000000' ? '000001' : '000000')
  expect(await confirm(order, code)).toMatchObject({ status: 400, body: { code: 'otp_invalid' } })
  expect(await order.read()).toMatchObject({ status: 'processing' })
})

test('operators see open withdrawals with their orders and close them once, and no other role does', async () => {
  const order = await delivered()
  const { withdrawalId } = (await withdrawn(order)).body
  const list = async (query: string) => (await o.t.as(admin).get(`/v1/admin/withdrawals?${query}`)).body.items
  expect(await list(`state=open&orderId=${order.id}`)).toMatchObject([
    { id: withdrawalId, orderNumber: order.number, state: 'open', orderStatus: 'delivered', returnStatus: 'requested' },
  ])
  const path = `withdrawals/${withdrawalId}/handle`
  const closed = await operate(path, { note: 'called them' })
  expect(closed).toMatchObject({ status: 200, body: { state: 'handled', handledBy: admin.id, note: 'called them' } })
  expect((await operate(path, { note: 'again' })).body).toEqual(closed.body)
  expect(await list(`state=open&orderId=${order.id}`)).toEqual([])
  expect(await list(`state=handled&orderId=${order.id}`)).toHaveLength(1)
  expect(await o.t.sql(`SELECT action FROM audit_entry WHERE target = '${withdrawalId}'`)).toEqual([
    { action: 'withdrawal.handle' },
  ])
  expect((await operate('withdrawals/wdr_none00/handle')).status).toBe(404)
  expect((await o.t.as(order.shopper).get('/v1/admin/withdrawals')).status).toBe(403)
  expect((await o.t.anonymous.get('/v1/admin/withdrawals')).status).toBe(401)
})

test('the receipt outlives the erasure of the account, and the note of the operator does not', async () => {
  const order = await delivered()
  const { withdrawalId, receipt } = (await withdrawn(order)).body
  await operate(`withdrawals/${withdrawalId}/handle`, { note: 'Dana Field called' })
  await o.t.receive(identityEvents.accountClosed, { userId: order.shopper.id, at: o.t.clock.now().toISOString() })
  await o.t.idle()
  expect(await o.t.sql(`SELECT receipt FROM withdrawal WHERE id = '${withdrawalId}'`)).toEqual([{ receipt }])
  for (const statement of [`UPDATE withdrawal SET receipt = ''`, 'DELETE FROM withdrawal'])
    await expect(o.t.sql(`${statement} WHERE id = '${withdrawalId}'`)).rejects.toMatchObject({
      sqlMessage: expect.stringContaining('append-only'),
    })
  expect(await o.t.sql(`SELECT receipt FROM withdrawal WHERE id = '${withdrawalId}'`)).toEqual([{ receipt }])
  expect(await o.t.sql(`SELECT note FROM withdrawal_handling WHERE withdrawal_id = '${withdrawalId}'`)).toEqual([{ note: null }])
})

test('bad input names its field', async () => {
  expect(await ask({ number: 'x', email: 'a@example.com' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/number' }] },
  })
  expect(await confirm({ number: 'CW-2222-2222', email: 'a@example.com' }, '12345')).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/code' }] },
  })
})

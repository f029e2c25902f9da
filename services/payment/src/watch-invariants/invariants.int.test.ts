// Payment's invariants: payments in every state contradict none, and each finds the row that was corrupted at the next check.
import { checkedEachSecond, contradicted } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { badCard, type PaymentLab, startPaymentLab } from '../fixtures.ts'

let lab: PaymentLab
let paid = ''
let refunded = ''
let open = ''
beforeAll(async () => {
  lab = await startPaymentLab({ env: checkedEachSecond })
  const [first, second, third, fourth] = [await lab.open(), await lab.open(), await lab.open(), await lab.open()]
  await lab.pay(first.sessionId)
  await lab.pay(second.sessionId)
  await lab.pay(third.sessionId, badCard)
  await lab.expire(fourth.orderId)
  await lab.refund(second.orderId, 1000)
  await lab.refund(second.orderId, 1400)
  paid = first.orderId
  refunded = second.orderId
  open = third.orderId
})
afterAll(() => lab[Symbol.asyncDispose]())

/** Corrupts, checks and mends. */
const corrupted = async (corrupt: string, mend: string): Promise<string[]> => {
  await lab.service.sql(corrupt)
  const found = await contradicted(lab.service)
  await lab.service.sql(mend)
  expect(await contradicted(lab.service)).toEqual([])
  return found
}
const payment = (orderId: string, set: string) => `UPDATE payment SET ${set} WHERE order_id = '${orderId}'`

test('paid, declined, expired and refunded payments contradict nothing', async () => {
  expect(await contradicted(lab.service)).toEqual([])
})

test('I1: more money goes back than came', async () => {
  const refund = (from: number, to: number) =>
    `UPDATE payment_refund SET amount_minor = ${to} WHERE order_id = '${refunded}' AND amount_minor = ${from}`
  expect(await corrupted(refund(1400, 1401), refund(1401, 1400))).toEqual(['I1-refunds-covered'])
})

test('I3: two payments for one order, an open page that cannot be reached, and money that the state does not know', async () => {
  expect(await corrupted(payment(open, 'url = NULL'), payment(open, "url = 'https://pay.example/1'"))).toEqual(['I3-one-page'])
  expect(await corrupted(payment(paid, "state = 'expired'"), payment(paid, "state = 'paid'"))).toEqual(['I3-one-page'])
  await lab.service.sql('ALTER TABLE payment DROP INDEX payment_order')
  expect(
    await corrupted(
      payment(open, `order_id = '${paid}'`),
      `UPDATE payment SET order_id = '${open}' WHERE order_id = '${paid}' AND state = 'open'`,
    ),
  ).toEqual(['I3-one-page'])
})

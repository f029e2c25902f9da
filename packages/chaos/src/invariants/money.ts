// I1: money. What Stripe took and gave back is what our rows say, and an order that goes on is paid, one that was cancelled is not.
import { disputedAt, intentsOf } from '../evidence/ledger.ts'
import { type Evidence, type OrderRow, sum, type Violation } from '../evidence/rows.ts'
import { refundStatusOf } from './refunds.ts'

const goesOn = new Set(['processing', 'shipped', 'delivered'])

interface Sums {
  takenByStripe: number
  givenBackByStripe: number
  /** What a bank took back, for now or for good. */
  disputed: number
  givenBackByOrder: number
  givenBackByPayment: number
}

const sumsOf = (evidence: Evidence, orderId: string): Sums & { charges: number } => {
  const intents = intentsOf(evidence.stripe, orderId)
  const charges = evidence.stripe.charges.filter((charge) => intents.has(charge.payment_intent) && charge.status === 'succeeded')
  return {
    charges: charges.length,
    takenByStripe: sum(charges.map((charge) => charge.amount_captured)),
    givenBackByStripe: sum(
      evidence.stripe.refunds
        .filter((refund) => intents.has(refund.payment_intent) && refund.status === 'succeeded')
        .map((refund) => refund.amount),
    ),
    disputed: disputedAt(evidence.stripe, orderId),
    givenBackByOrder: sum(
      evidence.refunds
        .filter((refund) => refund.order_id === orderId && refund.state === 'succeeded')
        .map((refund) => refund.amount_minor),
    ),
    givenBackByPayment: sum(
      evidence.paymentRefunds
        .filter((refund) => refund.order_id === orderId && refund.state === 'succeeded')
        .map((refund) => refund.amount_minor),
    ),
  }
}

const judge = (evidence: Evidence, order: OrderRow): string[] => {
  const sums = sumsOf(evidence, order.id)
  const payment = evidence.payments.find((row) => row.order_id === order.id)
  const paidByRow = payment?.captured_minor ?? 0
  const broken: string[] = []
  const must = (holds: boolean, what: string) => {
    if (!holds) broken.push(what)
  }
  must(sums.charges <= 1, `Stripe charged ${sums.charges} times`)
  must(order.captured_minor === sums.takenByStripe, `Stripe took ${sums.takenByStripe}, the order says ${order.captured_minor}`)
  must(paidByRow === sums.takenByStripe, `Stripe took ${sums.takenByStripe}, payment says ${paidByRow}`)
  if (goesOn.has(order.status))
    must(
      order.captured_minor === order.total_minor,
      `it is ${order.status}, but ${order.captured_minor} of ${order.total_minor} were captured`,
    )
  must(
    sums.givenBackByOrder === sums.givenBackByStripe,
    `Stripe gave back ${sums.givenBackByStripe}, the order's refunds say ${sums.givenBackByOrder}`,
  )
  must(
    sums.givenBackByPayment === sums.givenBackByStripe,
    `Stripe gave back ${sums.givenBackByStripe}, payment's refunds say ${sums.givenBackByPayment}`,
  )
  const gone = sums.givenBackByStripe + sums.disputed
  must(gone <= sums.takenByStripe, `Stripe took ${sums.takenByStripe}, and gave back or lost to a bank ${gone}`)
  if (order.status === 'cancelled')
    must(gone === sums.takenByStripe, `it is cancelled; ${sums.takenByStripe} were taken, and ${gone} given back or disputed`)
  const pending = evidence.refunds.some((refund) => refund.order_id === order.id && refund.state === 'pending')
  if (!pending)
    must(
      order.refund_status === refundStatusOf(evidence, order),
      `its refund status is ${order.refund_status}, but ${sums.givenBackByOrder} of ${order.captured_minor} were given back`,
    )
  return broken
}

export const money = (evidence: Evidence): Violation[] => [
  ...evidence.orders.flatMap((order) =>
    judge(evidence, order).map((what) => ({ invariant: 'I1 money', subject: order.id, what })),
  ),
  ...evidence.refunds
    .filter((refund) => refund.state === 'pending')
    .map((refund) => ({
      invariant: 'I1 money',
      subject: refund.order_id,
      what: `refund ${refund.id} of ${refund.amount_minor} never ended`,
    })),
]

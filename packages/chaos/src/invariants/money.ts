// I1, money: charges and refunds at Stripe match the rows, orders that go on are paid, and cancelled orders keep no money.
import { type CollectedState, type OrderRow, sum, type Violation } from '../collected-state/rows.ts'
import { disputedAt, intentsOf } from '../collected-state/stripe-ledger.ts'
import { refundStatusOf } from './refunds.ts'

const isPaidFor = new Set(['processing', 'shipped', 'delivered'])

interface Sums {
  capturedByStripe: number
  refundedByStripe: number
  /** Money that a bank holds for a dispute, or has taken back. */
  disputed: number
  refundedByOrder: number
  refundedByPayment: number
}

const sumsOf = (collected: CollectedState, orderId: string): Sums & { charges: number } => {
  const intents = intentsOf(collected.stripe, orderId)
  const charges = collected.stripe.charges.filter((charge) => intents.has(charge.payment_intent) && charge.status === 'succeeded')
  return {
    charges: charges.length,
    capturedByStripe: sum(charges.map((charge) => charge.amount_captured)),
    refundedByStripe: sum(
      collected.stripe.refunds
        .filter((refund) => intents.has(refund.payment_intent) && refund.status === 'succeeded')
        .map((refund) => refund.amount),
    ),
    disputed: disputedAt(collected.stripe, orderId),
    refundedByOrder: sum(
      collected.refunds
        .filter((refund) => refund.order_id === orderId && refund.state === 'succeeded')
        .map((refund) => refund.amount_minor),
    ),
    refundedByPayment: sum(
      collected.paymentRefunds
        .filter((refund) => refund.order_id === orderId && refund.state === 'succeeded')
        .map((refund) => refund.amount_minor),
    ),
  }
}

const judge = (collected: CollectedState, order: OrderRow): string[] => {
  const sums = sumsOf(collected, order.id)
  const payment = collected.payments.find((row) => row.order_id === order.id)
  const paidByRow = payment?.captured_minor ?? 0
  const broken: string[] = []
  const check = (holds: boolean, what: string) => {
    if (!holds) broken.push(what)
  }
  check(sums.charges <= 1, `Stripe charged ${sums.charges} times`)
  check(
    order.captured_minor === sums.capturedByStripe,
    `Stripe took ${sums.capturedByStripe}, the order says ${order.captured_minor}`,
  )
  check(paidByRow === sums.capturedByStripe, `Stripe took ${sums.capturedByStripe}, payment says ${paidByRow}`)
  if (isPaidFor.has(order.status))
    check(
      order.captured_minor === order.total_minor,
      `the order is ${order.status}, but ${order.captured_minor} of ${order.total_minor} were captured`,
    )
  check(
    sums.refundedByOrder === sums.refundedByStripe,
    `Stripe refunded ${sums.refundedByStripe}, the order's refunds say ${sums.refundedByOrder}`,
  )
  check(
    sums.refundedByPayment === sums.refundedByStripe,
    `Stripe refunded ${sums.refundedByStripe}, payment's refunds say ${sums.refundedByPayment}`,
  )
  const returned = sums.refundedByStripe + sums.disputed
  check(returned <= sums.capturedByStripe, `Stripe took ${sums.capturedByStripe}, and refunded or lost in disputes ${returned}`)
  if (order.status === 'cancelled')
    check(
      returned === sums.capturedByStripe,
      `the order is cancelled; ${sums.capturedByStripe} were captured, and ${returned} refunded or disputed`,
    )
  const pending = collected.refunds.some((refund) => refund.order_id === order.id && refund.state === 'pending')
  if (!pending)
    check(
      order.refund_status === refundStatusOf(collected, order),
      `the refund status is ${order.refund_status}, but ${sums.refundedByOrder} of ${order.captured_minor} were refunded`,
    )
  return broken
}

export const money = (collected: CollectedState): Violation[] => [
  ...collected.orders.flatMap((order) =>
    judge(collected, order).map((what) => ({ invariant: 'I1 money', subject: order.id, what })),
  ),
  ...collected.refunds
    .filter((refund) => refund.state === 'pending')
    .map((refund) => ({
      invariant: 'I1 money',
      subject: refund.order_id,
      what: `refund ${refund.id} of ${refund.amount_minor} never ended`,
    })),
]

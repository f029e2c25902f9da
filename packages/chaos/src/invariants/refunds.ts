// Invariant on failed refunds: status, event and alert report them, and the amount is refundable again.
import { type CollectedState, type OrderRow, sum, type Violation } from '../collected-state/rows.ts'
import { disputedAt } from '../collected-state/stripe-ledger.ts'

/** The refund status that follows from an order's refunds when all of them have ended. */
export const refundStatusOf = (collected: CollectedState, order: OrderRow): string => {
  const own = collected.refunds.filter((refund) => refund.order_id === order.id)
  const done = sum(own.filter((refund) => refund.state === 'succeeded').map((refund) => refund.amount_minor))
  if (done > 0) return done >= order.captured_minor ? 'full' : 'partial'
  return own.some((refund) => refund.state === 'failed') ? 'failed' : 'none'
}

const judge = (collected: CollectedState, order: OrderRow, refundId: string): string[] => {
  const broken: string[] = []
  const check = (holds: boolean, what: string) => {
    if (!holds) broken.push(`refund ${refundId} failed: ${what}`)
  }
  const wanted = refundStatusOf(collected, order)
  check(order.refund_status === wanted, `refundStatus is ${order.refund_status}, and should be ${wanted}`)
  const announcements = collected.events.filter(
    (event) => event.event_type === 'payment.refund-failed' && event.payload.includes(`"${refundId}"`),
  )
  check(announcements.length > 0, 'payment published no payment.refund-failed')
  const alerts = collected.messages.filter(
    (message) => message.template === 'alert-refund-failed' && announcements.some((event) => event.event_id === message.event_id),
  )
  check(
    alerts.some((alert) => alert.state === 'sent'),
    'operators got no alert',
  )
  const left =
    order.captured_minor -
    disputedAt(collected.stripe, order.id) -
    sum(
      collected.refunds
        .filter((refund) => refund.order_id === order.id && refund.state !== 'failed')
        .map((refund) => refund.amount_minor),
    )
  const shown = collected.refundable.find((row) => row.order_id === order.id)?.refundable_minor
  check(shown === left, `${shown ?? 'no amount'} is shown as refundable, and it should be ${left}`)
  return broken
}

/** A failed refund: refund status, event, alert and refundable amount. */
export const failedRefunds = (collected: CollectedState): Violation[] =>
  collected.refunds
    .filter((refund) => refund.state === 'failed')
    .flatMap((refund) => {
      const order = collected.orders.find((row) => row.id === refund.order_id)
      return order === undefined
        ? []
        : judge(collected, order, refund.id).map((what) => ({ invariant: 'failed refunds', subject: order.id, what }))
    })

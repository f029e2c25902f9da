// Refunds that the bank refuses: everybody who must know can see it, and the money may be given back another time.
import { disputedAt } from '../evidence/ledger.ts'
import { type Evidence, type OrderRow, sum, type Violation } from '../evidence/rows.ts'

/** What an order's refunds come to when all of them have ended. */
export const refundStatusOf = (evidence: Evidence, order: OrderRow): string => {
  const own = evidence.refunds.filter((refund) => refund.order_id === order.id)
  const done = sum(own.filter((refund) => refund.state === 'succeeded').map((refund) => refund.amount_minor))
  if (done > 0) return done >= order.captured_minor ? 'full' : 'partial'
  return own.some((refund) => refund.state === 'failed') ? 'failed' : 'none'
}

const judge = (evidence: Evidence, order: OrderRow, refundId: string): string[] => {
  const broken: string[] = []
  const must = (holds: boolean, what: string) => {
    if (!holds) broken.push(`refund ${refundId} was refused by the bank: ${what}`)
  }
  const wanted = refundStatusOf(evidence, order)
  must(order.refund_status === wanted, `refundStatus is ${order.refund_status}, and should be ${wanted}`)
  const told = evidence.events.filter(
    (event) => event.event_type === 'payment.refund-failed' && event.payload.includes(`"${refundId}"`),
  )
  must(told.length > 0, 'payment told nobody')
  const alerts = evidence.messages.filter(
    (message) => message.template === 'alert-refund-failed' && told.some((event) => event.event_id === message.event_id),
  )
  must(
    alerts.some((alert) => alert.state === 'sent'),
    'operators got no alert',
  )
  const left =
    order.captured_minor -
    disputedAt(evidence.stripe, order.id) -
    sum(
      evidence.refunds
        .filter((refund) => refund.order_id === order.id && refund.state !== 'failed')
        .map((refund) => refund.amount_minor),
    )
  const shown = evidence.refundable.find((row) => row.order_id === order.id)?.refundable_minor
  must(shown === left, `operators may give back ${shown ?? 'nothing that is shown'}, and it should be ${left}`)
  return broken
}

/** A refund that failed: side status, event, alert, and an amount that may be given back again. */
export const refusedRefunds = (evidence: Evidence): Violation[] =>
  evidence.refunds
    .filter((refund) => refund.state === 'failed')
    .flatMap((refund) => {
      const order = evidence.orders.find((row) => row.id === refund.order_id)
      return order === undefined
        ? []
        : judge(evidence, order, refund.id).map((what) => ({ invariant: 'refused refunds', subject: order.id, what }))
    })

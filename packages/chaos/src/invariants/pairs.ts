// I9 and mails: what a row says was announced, once, and what was announced stands in a row; everybody got the mails they should, once.
import type { EventRow, Evidence, Violation } from '../evidence/rows.ts'

type Count = 'once' | 'at least once'

interface Expected {
  subject: string
  type: string
  count: Count
  /** Narrows the events of the subject. */
  with?: (data: Record<string, unknown>) => boolean
}

const dataOf = (event: EventRow): Record<string, unknown> => JSON.parse(event.payload) as Record<string, unknown>

const announced = (evidence: Evidence): Expected[] => {
  const goesOn = new Set(['processing', 'shipped', 'delivered'])
  const wasConfirmed = new Set(
    evidence.history.filter((entry) => entry.to_status === 'processing').map((entry) => entry.order_id),
  )
  const soldBack = (state: string): string | null =>
    ({
      held: 'catalog.stock-reserved',
      committed: 'catalog.stock-committed',
      released: 'catalog.stock-released',
      rejected: 'catalog.stock-rejected',
    })[state] ?? null
  return [
    ...evidence.orders.flatMap((order): Expected[] => [
      { subject: order.id, type: 'order.placed', count: 'once' },
      { subject: order.id, type: 'order.stock-requested', count: 'at least once' },
      ...(goesOn.has(order.status) || wasConfirmed.has(order.id)
        ? [{ subject: order.id, type: 'order.confirmed', count: 'once' } as const]
        : []),
      ...(order.status === 'cancelled' ? [{ subject: order.id, type: 'order.cancelled', count: 'once' } as const] : []),
      ...(order.status === 'delivered' ? [{ subject: order.id, type: 'order.delivered', count: 'once' } as const] : []),
    ]),
    ...evidence.shipments.map(
      (shipment): Expected => ({
        subject: shipment.order_id,
        type: 'order.shipped',
        count: 'once',
        with: (data) => data.shipmentId === shipment.id,
      }),
    ),
    ...evidence.refunds
      .filter((refund) => refund.origin === 'order')
      .map(
        (refund): Expected => ({
          subject: refund.order_id,
          type: 'order.refund-requested',
          count: 'once',
          with: (data) => data.refundId === refund.id,
        }),
      ),
    ...evidence.paymentRefunds
      .filter((refund) => refund.state === 'succeeded')
      .map(
        (refund): Expected => ({
          subject: refund.order_id,
          type: 'payment.refund-succeeded',
          count: 'at least once',
          with: (data) => data.refundId === refund.id,
        }),
      ),
    ...evidence.paymentRefunds
      .filter((refund) => refund.state === 'failed')
      .map(
        (refund): Expected => ({
          subject: refund.order_id,
          type: 'payment.refund-failed',
          count: 'once',
          with: (data) => data.refundId === refund.id,
        }),
      ),
    ...evidence.payments
      .filter((payment) => payment.state === 'paid')
      .map((payment): Expected => ({ subject: payment.order_id, type: 'payment.succeeded', count: 'at least once' })),
    ...evidence.reservations.flatMap((reservation): Expected[] => {
      const type = soldBack(reservation.state)
      return type === null ? [] : [{ subject: reservation.order_id, type, count: 'at least once' }]
    }),
    ...evidence.stockReturns.flatMap((back): Expected[] => {
      const reservation = evidence.reservations.find((row) => row.id === back.reservation_id)
      return reservation
        ? [
            {
              subject: reservation.order_id,
              type: 'catalog.stock-returned',
              count: 'at least once',
              with: (data) => data.returnId === back.return_id,
            },
          ]
        : []
    }),
  ]
}

/** Events that may exist only because a row does. */
const owners: readonly { type: string; has(evidence: Evidence, event: EventRow, data: Record<string, unknown>): boolean }[] = [
  { type: 'order.placed', has: (evidence, event) => evidence.orders.some((order) => order.id === event.aggregate_id) },
  {
    type: 'order.confirmed',
    has: (evidence, event) =>
      evidence.history.some((entry) => entry.order_id === event.aggregate_id && entry.to_status === 'processing'),
  },
  {
    type: 'order.cancelled',
    has: (evidence, event) => evidence.orders.some((order) => order.id === event.aggregate_id && order.status === 'cancelled'),
  },
  { type: 'order.refund-requested', has: (evidence, _, data) => evidence.refunds.some((refund) => refund.id === data.refundId) },
  { type: 'order.shipped', has: (evidence, _, data) => evidence.shipments.some((shipment) => shipment.id === data.shipmentId) },
  {
    type: 'payment.succeeded',
    has: (evidence, event) =>
      evidence.payments.some(
        (payment) => payment.order_id === event.aggregate_id && (payment.state === 'paid' || payment.state === 'review'),
      ),
  },
]

/** I9: business rows and outbox rows pair up, and an aggregate's events are counted without gaps. */
export const pairs = (evidence: Evidence): Violation[] => {
  const told = (subject: string, what: string): Violation => ({ invariant: 'I9 pairs', subject, what })
  const bySubject = Map.groupBy(evidence.events, (event) => `${event.aggregate_id} ${event.event_type}`)
  const unpaired = announced(evidence).flatMap(({ subject, type, count, with: narrow }) => {
    const found = (bySubject.get(`${subject} ${type}`) ?? []).filter(
      (event) => narrow === undefined || narrow(dataOf(event)),
    ).length
    return found === 1 || (found > 1 && count === 'at least once')
      ? []
      : [told(subject, `${type} should have been announced ${count}, and was ${found} times`)]
  })
  const baseless = owners.flatMap(({ type, has }) =>
    evidence.events
      .filter((event) => event.event_type === type && !has(evidence, event, dataOf(event)))
      .map((event) => told(event.aggregate_id, `${type} ${event.event_id} was announced, but no row says so`)),
  )
  const counted = Map.groupBy(evidence.events, (event) => `${event.owner} ${event.aggregate_type} ${event.aggregate_id}`)
  const gaps = evidence.aggregates.flatMap((aggregate) => {
    const versions = (counted.get(`${aggregate.owner} ${aggregate.aggregate_type} ${aggregate.aggregate_id}`) ?? []).map(
      (event) => event.aggregate_version,
    )
    const missing = Array.from({ length: aggregate.version }, (_, index) => index + 1).filter(
      (version) => !versions.includes(version),
    )
    return missing.length === 0
      ? []
      : [
          told(
            aggregate.aggregate_id,
            `events ${missing.slice(0, 5).join(', ')} of its ${aggregate.version} are not in the outbox of ${aggregate.owner}`,
          ),
        ]
  })
  return [...unpaired, ...baseless, ...gaps]
}

const mailOf: Readonly<Record<string, string>> = {
  'order.confirmed': 'order-confirmed',
  'order.shipped': 'order-shipped',
  'order.delivered': 'order-delivered',
  'order.cancelled': 'order-cancelled',
  'payment.refund-succeeded': 'refund-succeeded',
  'payment.refund-failed': 'alert-refund-failed',
}

/** Each expected mail is there, with one Message-ID and one more for each time it was sent again; copies of one Message-ID are what SMTP cannot rule out. */
export const mails = (evidence: Evidence): Violation[] => {
  const told = (subject: string, what: string): Violation => ({ invariant: 'mails', subject, what })
  const byEvent = Map.groupBy(evidence.messages, (message) => `${message.event_id} ${message.template}`)
  const missing = evidence.events.flatMap((event) => {
    const template = mailOf[event.event_type]
    if (template === undefined) return []
    const found = byEvent.get(`${event.event_id} ${template}`)?.length ?? 0
    return found === 1
      ? []
      : [told(event.aggregate_id, `${event.event_type} ${event.event_id} should bring one ${template} mail and brought ${found}`)]
  })
  const arrived = Map.groupBy(evidence.mails, (mail) => mail.messageId.replace(/^<?([^@.>]+).*$/, '$1'))
  const lost = evidence.messages.flatMap((message) => {
    const count = arrived.get(message.id)?.length ?? 0
    if (message.state === 'sent')
      return count === 1 + message.resends
        ? []
        : [
            told(
              message.order_id ?? message.id,
              `mail ${message.id} (${message.template}) is sent, and ${count} Message-IDs arrived after ${message.resends} resends`,
            ),
          ]
    return message.state === 'pending'
      ? [told(message.order_id ?? message.id, `mail ${message.id} (${message.template}) still waits`)]
      : []
  })
  return [...missing, ...lost]
}

// I9 and mails: every row was announced by its events, every event belongs to a row, and every expected mail was sent once.
import type { CollectedState, EventRow, Violation } from '../collected-state/rows.ts'
import { expectedEvents, requiredRows } from './expected-events.ts'

const dataOf = (event: EventRow): Record<string, unknown> => JSON.parse(event.payload) as Record<string, unknown>

const violation = (subject: string, what: string): Violation => ({ invariant: 'I9 pairs', subject, what })

const missingEvents = (collected: CollectedState): Violation[] => {
  const bySubject = Map.groupBy(collected.events, (event) => `${event.aggregate_id} ${event.event_type}`)
  return expectedEvents(collected).flatMap(({ subject, type, count, with: narrow }) => {
    const found = (bySubject.get(`${subject} ${type}`) ?? []).filter(
      (event) => narrow === undefined || narrow(dataOf(event)),
    ).length
    return found === 1 || (found > 1 && count === 'at least once')
      ? []
      : [violation(subject, `${type} should have been published ${count}, and was published ${found} times`)]
  })
}

const eventsWithoutRow = (collected: CollectedState): Violation[] =>
  requiredRows.flatMap(({ type, exists }) =>
    collected.events
      .filter((event) => event.event_type === type && !exists(collected, event, dataOf(event)))
      .map((event) => violation(event.aggregate_id, `${type} ${event.event_id} was published, but no row matches it`)),
  )

const missingVersions = (collected: CollectedState): Violation[] => {
  const byAggregate = Map.groupBy(collected.events, (event) => `${event.owner} ${event.aggregate_type} ${event.aggregate_id}`)
  return collected.aggregates.flatMap(({ owner, aggregate_type: type, aggregate_id: id, version: last }) => {
    const versions = (byAggregate.get(`${owner} ${type} ${id}`) ?? []).map((event) => event.aggregate_version)
    const missing = Array.from({ length: last }, (_, index) => index + 1).filter((version) => !versions.includes(version))
    const what = `events ${missing.slice(0, 5).join(', ')} of its ${last} are not in the outbox of ${owner}`
    return missing.length === 0 ? [] : [violation(id, what)]
  })
}

/** I9: business rows and outbox rows pair up, and the versions of an aggregate's events have no gaps. */
export const pairs = (collected: CollectedState): Violation[] => [
  ...missingEvents(collected),
  ...eventsWithoutRow(collected),
  ...missingVersions(collected),
]

const mailOf: Readonly<Record<string, string>> = {
  'order.confirmed': 'order-confirmed',
  'order.shipped': 'order-shipped',
  'order.delivered': 'order-delivered',
  'order.cancelled': 'order-cancelled',
  'order.lines-cancelled': 'order-lines-cancelled',
  'order.return-requested': 'return-requested',
  'order.return-approved': 'return-approved',
  'order.return-rejected': 'return-rejected',
  'order.return-received': 'return-received',
  'order.withdrawal-requested': 'withdrawal-code',
  'order.withdrawn': 'withdrawal-receipt',
  'payment.refund-succeeded': 'refund-succeeded',
  'payment.refund-failed': 'alert-refund-failed',
}

/** Each expected mail has one Message-ID, and one more per resend. SMTP cannot rule out copies under one Message-ID. */
export const mails = (collected: CollectedState): Violation[] => {
  const mailViolation = (subject: string, what: string): Violation => ({ invariant: 'mails', subject, what })
  const byEvent = Map.groupBy(collected.messages, (message) => `${message.event_id} ${message.template}`)
  const missing = collected.events.flatMap((event) => {
    const template = mailOf[event.event_type]
    if (template === undefined) return []
    const found = byEvent.get(`${event.event_id} ${template}`)?.length ?? 0
    return found === 1
      ? []
      : [
          mailViolation(
            event.aggregate_id,
            `${event.event_type} ${event.event_id} should cause one ${template} mail and caused ${found}`,
          ),
        ]
  })
  const arrived = Map.groupBy(collected.mails, (mail) => mail.messageId.replace(/^<?([^@.>]+).*$/, '$1'))
  const lost = collected.messages.flatMap((message) => {
    const count = arrived.get(message.id)?.length ?? 0
    if (message.state === 'sent')
      return count === 1 + message.resends
        ? []
        : [
            mailViolation(
              message.order_id ?? message.id,
              `mail ${message.id} (${message.template}) is sent, and ${count} Message-IDs arrived after ${message.resends} resends`,
            ),
          ]
    return message.state === 'pending'
      ? [mailViolation(message.order_id ?? message.id, `mail ${message.id} (${message.template}) is still pending`)]
      : []
  })
  return [...missing, ...lost]
}

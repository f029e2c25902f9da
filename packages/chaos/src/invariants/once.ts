// I3 and I4: things happen once. One order per key and cart, one page per order, every event published and taken once by everyone who reads it.
import type { Evidence, Violation } from '../evidence/rows.ts'

const repeated = <T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] =>
  [...Map.groupBy(items, keyOf)].filter(([, group]) => group.length > 1)

/** I3: one order per key and per cart; at most one page per order that is open or paid. */
export const uniqueOrders = (evidence: Evidence): Violation[] => {
  const placed = evidence.operations.filter(
    (operation) => operation.action === 'checkout' && operation.status === 201 && operation.key !== null,
  )
  const perKey = repeated(placed, (operation) => `${operation.actor} ${operation.key}`).filter(
    ([, group]) => new Set(group.map((each) => each.orderId)).size > 1,
  )
  const live = evidence.stripe.sessions.filter((session) => session.status === 'open' || session.payment_status === 'paid')
  return [
    ...repeated(evidence.orders, (order) => order.cart_id).map(([cart, group]) => ({
      invariant: 'I3 one order',
      subject: group[0]?.id ?? cart,
      what: `cart ${cart} was ordered ${group.length} times: ${group.map((order) => order.id).join(', ')}`,
    })),
    ...perKey.map(([key, group]) => ({
      invariant: 'I3 one order',
      subject: group[0]?.orderId ?? key,
      what: `key ${key} placed ${new Set(group.map((each) => each.orderId)).size} orders`,
    })),
    ...repeated(live, (session) => session.metadata.orderId ?? session.id)
      .filter(([orderId]) => evidence.orders.some((order) => order.id === orderId))
      .map(([orderId, group]) => ({
        invariant: 'I3 one order',
        subject: orderId,
        what: `it has ${group.length} payment pages that are open or paid`,
      })),
    ...live
      .filter((session) => session.status === 'open')
      .filter((session) => evidence.orders.some((order) => order.id === session.metadata.orderId && order.status !== 'pending'))
      .map((session) => ({
        invariant: 'I3 one order',
        subject: session.metadata.orderId ?? '',
        what: 'its payment page is still open, though the order does not wait for money any more',
      })),
  ]
}

/** I4: every outbox row is published, and every reader of an event has claimed it exactly once. */
export const events = (evidence: Evidence): Violation[] => {
  const claims = new Map<string, number>()
  for (const { owner, consumer, event_id: id } of evidence.inbox)
    claims.set(`${owner}/${consumer}/${id}`, (claims.get(`${owner}/${consumer}/${id}`) ?? 0) + 1)
  const told = (subject: string, what: string): Violation => ({ invariant: 'I4 events', subject, what })
  const unclaimed = evidence.events.flatMap((event) =>
    (evidence.readers[event.event_type] ?? []).flatMap(({ owner, consumer }) => {
      const count = claims.get(`${owner}/${consumer}/${event.event_id}`) ?? 0
      return count === 1
        ? []
        : [told(event.aggregate_id, `${consumer} took ${event.event_type} ${event.event_id} ${count} times`)]
    }),
  )
  return [
    ...evidence.events
      .filter((event) => event.published_at === null)
      .map((event) => told(event.aggregate_id, `${event.event_type} ${event.event_id} was never published`)),
    ...unclaimed,
    ...evidence.deadLetters
      .filter((letter) => !evidence.poison.has(letter.event_id) && letter.reason !== 'parked')
      .map((letter) =>
        told(
          letter.partition_key,
          `${letter.consumer} gave up on ${letter.event_type} ${letter.event_id} (${letter.reason}: ${letter.error.slice(0, 200)})`,
        ),
      ),
    ...evidence.deadLetters
      .filter((letter) => letter.resolved_at === null)
      .map((letter) =>
        told(
          letter.partition_key,
          `${letter.event_type} ${letter.event_id} still lies dead with ${letter.consumer} (${letter.reason})`,
        ),
      ),
  ]
}

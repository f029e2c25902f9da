// I3 and I4: one order per key and cart, one payment page per order, every event published and claimed once per consumer group.
import type { CollectedState, Violation } from '../collected-state/rows.ts'

const repeated = <T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] =>
  [...Map.groupBy(items, keyOf)].filter(([, group]) => group.length > 1)

/** I3: one order per key and per cart; at most one page per order is open or paid. */
export const uniqueOrders = (collected: CollectedState): Violation[] => {
  const placed = collected.operations.filter(
    (operation) => operation.action === 'checkout' && operation.status === 201 && operation.key !== null,
  )
  const perKey = repeated(placed, (operation) => `${operation.actor} ${operation.key}`).filter(
    ([, group]) => new Set(group.map((each) => each.orderId)).size > 1,
  )
  const live = collected.stripe.sessions.filter((session) => session.status === 'open' || session.payment_status === 'paid')
  return [
    ...repeated(collected.orders, (order) => order.cart_id).map(([cart, group]) => ({
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
      .filter(([orderId]) => collected.orders.some((order) => order.id === orderId))
      .map(([orderId, group]) => ({
        invariant: 'I3 one order',
        subject: orderId,
        what: `the order has ${group.length} payment pages that are open or paid`,
      })),
    ...live
      .filter((session) => session.status === 'open')
      .filter((session) => collected.orders.some((order) => order.id === session.metadata.orderId && order.status !== 'pending'))
      .map((session) => ({
        invariant: 'I3 one order',
        subject: session.metadata.orderId ?? '',
        what: 'the payment page of the order is still open, although the order is not pending any more',
      })),
  ]
}

/** I4: every outbox row is published, and every consumer group has claimed each of its events exactly once. */
export const events = (collected: CollectedState): Violation[] => {
  const claims = new Map<string, number>()
  for (const { owner, consumer, event_id: id } of collected.inbox)
    claims.set(`${owner}/${consumer}/${id}`, (claims.get(`${owner}/${consumer}/${id}`) ?? 0) + 1)
  const violation = (subject: string, what: string): Violation => ({ invariant: 'I4 events', subject, what })
  const unclaimed = collected.events.flatMap((event) =>
    (collected.readers[event.event_type] ?? []).flatMap(({ owner, consumer }) => {
      const count = claims.get(`${owner}/${consumer}/${event.event_id}`) ?? 0
      return count === 1
        ? []
        : [violation(event.aggregate_id, `${consumer} claimed ${event.event_type} ${event.event_id} ${count} times`)]
    }),
  )
  return [
    ...collected.events
      .filter((event) => event.published_at === null)
      .map((event) => violation(event.aggregate_id, `${event.event_type} ${event.event_id} was never published`)),
    ...unclaimed,
    ...collected.deadLetters
      .filter((letter) => !collected.poison.has(letter.event_id) && letter.reason !== 'parked')
      .map((letter) =>
        violation(
          letter.partition_key,
          `${letter.consumer} moved ${letter.event_type} ${letter.event_id} to its dead letters (${letter.reason}: ${letter.error.slice(0, 200)})`,
        ),
      ),
    ...collected.deadLetters
      .filter((letter) => letter.resolved_at === null)
      .map((letter) =>
        violation(
          letter.partition_key,
          `${letter.event_type} ${letter.event_id} is an open dead letter of ${letter.consumer} (${letter.reason})`,
        ),
      ),
  ]
}

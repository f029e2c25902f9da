// How long things may take: from Stripe's charge to the announcement that it succeeded, and for a key to stay in flight.
import { type Evidence, type Violation, wasCalm } from '../evidence/rows.ts'
import type { FaultNote } from '../journal.ts'

/** From the charge to `payment.succeeded` in a shop that is not disturbed; shorter than the reconciler's period, which would find it too. */
export const promptSec = 10
/** After the last disturbance: the lease of a job of a process that died, one round of the reconciler, and a restart fit in. */
export const recoveredSec = 60
/** A disturbance reaches this far: a process that was killed comes back, retries have backed off. */
const aftermathMs = 60_000
const inFlightMs = 60_000

/** When the last disturbance was that can have delayed what happened in a span of time; null when there was none. */
const disturbedAt = (faults: readonly FaultNote[], from: number, to: number): number | null => {
  const times = faults.map(({ at }) => at.getTime()).filter((at) => at >= from - aftermathMs && at <= to)
  return times.length === 0 ? null : Math.max(...times)
}

/** Each charge that a client saw succeed is announced soon; a charge that nobody announces is found by the others. */
export const charges = (evidence: Evidence): Violation[] =>
  evidence.operations.flatMap((operation) => {
    const { orderId, action, detail } = operation
    if (!action.startsWith('pay with ') || detail !== 'paid' || !evidence.orders.some((order) => order.id === orderId)) return []
    const told = (what: string): Violation[] => [{ invariant: 'charges', subject: orderId ?? '', what }]
    const announced = evidence.events
      .filter((event) => event.event_type === 'payment.succeeded' && event.aggregate_id === orderId)
      .map((event) => event.occurred_at.getTime())
    if (announced.length === 0) {
      const reviewed = evidence.payments.some((payment) => payment.order_id === orderId && payment.state === 'review')
      return reviewed ? [] : told('Stripe charged, and nobody was told')
    }
    const charged = operation.at.getTime() + operation.ms
    const at = Math.min(...announced)
    const disturbed = wasCalm(evidence) ? null : disturbedAt(evidence.faults, charged, at)
    const [from, limit] = disturbed === null ? [charged, promptSec] : [Math.max(charged, disturbed), recoveredSec]
    const seconds = (at - from) / 1000
    return seconds <= limit
      ? []
      : told(
          `it took ${seconds.toFixed(1)} s from ${from === charged ? 'the charge' : 'the last disturbance'} to payment.succeeded`,
        )
  })

/** A key that is in flight is one that some transaction holds; nothing may hold one for a minute. */
export const keys = (evidence: Evidence): Violation[] => {
  const keyed = evidence.operations.filter(({ key }) => key !== null)
  return [...Map.groupBy(keyed, ({ actor, action, key }) => `${actor} ${action} ${key}`)].flatMap(([name, operations]) => {
    const busy = operations.filter(({ detail }) => detail === 'idempotency_key_in_flight')
    const [first, last] = [busy[0], busy.at(-1)]
    if (first === undefined || last === undefined) return []
    const ms = last.at.getTime() + last.ms - first.at.getTime()
    if (ms < inFlightMs) return []
    const what = `the key of “${name}” was in flight for ${Math.round(ms / 1000)} s`
    return [{ invariant: 'keys', subject: first.orderId ?? first.actor, what }]
  })
}

// Invariants on time limits: from a charge to its announcement, and for an idempotency key in flight.
import { type CollectedState, type Violation, wasUndisturbed } from '../collected-state/rows.ts'
import type { FaultNote } from '../journal.ts'

/** Without faults, from the charge to `payment.succeeded`; shorter than the period of the reconciler. */
export const promptSec = 10
/** After the last fault: time for the lease of a dead process, one reconciliation and a restart. */
export const recoveredSec = 60
/** How long a fault can delay work: until a killed process is back and retries have backed off. */
const aftermathMs = 60_000
const inFlightMs = 60_000

/** The time of the last fault that can have delayed something between two times; null when there was none. */
const lastFaultBetween = (faults: readonly FaultNote[], from: number, to: number): number | null => {
  const times = faults.map(({ at }) => at.getTime()).filter((at) => at >= from - aftermathMs && at <= to)
  return times.length === 0 ? null : Math.max(...times)
}

/** Each charge that a client saw succeed is announced in time. A charge that is never announced breaks I9 too. */
export const charges = (collected: CollectedState): Violation[] =>
  collected.operations.flatMap((operation) => {
    const { orderId, action, detail } = operation
    if (!action.startsWith('pay with ') || detail !== 'paid' || !collected.orders.some((order) => order.id === orderId)) return []
    const violation = (what: string): Violation[] => [{ invariant: 'charges', subject: orderId ?? '', what }]
    const announced = collected.events
      .filter((event) => event.event_type === 'payment.succeeded' && event.aggregate_id === orderId)
      .map((event) => event.occurred_at.getTime())
    if (announced.length === 0) {
      const reviewed = collected.payments.some((payment) => payment.order_id === orderId && payment.state === 'review')
      return reviewed ? [] : violation('Stripe charged, and payment.succeeded was never published')
    }
    const charged = operation.at.getTime() + operation.ms
    const at = Math.min(...announced)
    const lastFault = wasUndisturbed(collected) ? null : lastFaultBetween(collected.faults, charged, at)
    const [from, limit] = lastFault === null ? [charged, promptSec] : [Math.max(charged, lastFault), recoveredSec]
    const seconds = (at - from) / 1000
    return seconds <= limit
      ? []
      : violation(
          `it took ${seconds.toFixed(1)} s from ${from === charged ? 'the charge' : 'the last fault'} to payment.succeeded`,
        )
  })

/** A transaction holds a key while it is in flight; none may hold one for a minute. */
export const keys = (collected: CollectedState): Violation[] => {
  const keyed = collected.operations.filter(({ key }) => key !== null)
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

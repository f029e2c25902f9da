// How a crowd is served: a few checkouts are at work at once, the others wait their turn, late rather than refused.
import { type Metrics, type Turns, turns } from '@cartwright/service-kit'

/** What may be shed: nobody waits longer than the gateway does, nor in a line of which no end can be seen, nor for a shop that stands still. */
const patience = { maxWaiting: 20_000, maxWaitMs: 45_000, stallMs: 5000 }

/**
 * A checkout asks cart and catalog and then holds a connection of the pool, each with a deadline of its own. With more of them at
 * work than there are connections they would use these deadlines up by waiting for each other.
 */
export const checkoutTurns = (atOnce: number, metrics: Metrics): Turns => {
  const waiting = metrics.gauge('order_checkouts_waiting', 'Checkouts that wait for their turn')
  return turns({ atOnce, ...patience, observe: (count) => waiting.set(count) })
}

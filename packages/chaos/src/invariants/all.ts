// Every invariant by name: what is checked after each run.
import type { Evidence, Violation } from '../evidence/rows.ts'
import { carts } from './carts.ts'
import { effects } from './effects.ts'
import { money } from './money.ts'
import { events, uniqueOrders } from './once.ts'
import { history, promises, sagas } from './order-history.ts'
import { mails, pairs } from './pairs.ts'
import { logs, projections } from './projections.ts'
import { charges, keys } from './promptness.ts'
import { redelivery } from './redelivery.ts'
import { refusedRefunds } from './refunds.ts'
import { holds, stock } from './stock.ts'

export const invariants = {
  I1: money,
  I2: stock,
  I3: uniqueOrders,
  I4: events,
  I5: history,
  I6: holds,
  I7: (evidence: Evidence) => sagas(evidence),
  I8: projections,
  I9: pairs,
  I10: logs,
  promises,
  refunds: refusedRefunds,
  mails,
  carts,
  effects,
  charges,
  keys,
  redelivery,
} as const satisfies Record<string, (evidence: Evidence) => Violation[]>

/** Everything that does not hold. */
export const violationsOf = (evidence: Evidence): Violation[] => Object.values(invariants).flatMap((check) => check(evidence))

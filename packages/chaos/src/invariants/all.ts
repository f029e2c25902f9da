// All invariants by name: they are checked after each run.
import type { CollectedState, Violation } from '../collected-state/rows.ts'
import { afterSale } from './after-sale.ts'
import { carts } from './carts.ts'
import { effects } from './effects.ts'
import { invoices } from './invoices.ts'
import { money } from './money.ts'
import { events, uniqueOrders } from './once.ts'
import { history, promises, sagas } from './order-history.ts'
import { mails, pairs } from './pairs.ts'
import { prices } from './prices.ts'
import { logs, projections } from './projections.ts'
import { promotions } from './promotions.ts'
import { redelivery } from './redelivery.ts'
import { failedRefunds } from './refunds.ts'
import { holds, stock } from './stock.ts'
import { charges, keys } from './time-limits.ts'
import { withdrawals } from './withdrawals.ts'

export const invariants = {
  I1: money,
  I2: stock,
  I3: uniqueOrders,
  I4: events,
  I5: history,
  I6: holds,
  I7: (collected: CollectedState) => sagas(collected),
  I8: projections,
  I9: pairs,
  I10: logs,
  I11: prices,
  I12: promotions,
  I13: afterSale,
  I14: invoices,
  withdrawals,
  promises,
  refunds: failedRefunds,
  mails,
  carts,
  effects,
  charges,
  keys,
  redelivery,
} as const satisfies Record<string, (collected: CollectedState) => Violation[]>

/** The violations of all invariants. */
export const violationsOf = (collected: CollectedState): Violation[] =>
  Object.values(invariants).flatMap((check) => check(collected))

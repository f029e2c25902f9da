// Status transition of an order: checks that it is allowed and writes it.
import type { OrderStatus } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { type OrderRow, updateStatus } from '../db/orders.ts'
import { assertTransition } from './order.ts'

/**
 * Moves a locked order to a status, with a history row.
 * @returns the updated row
 * @throws AppError order_state when the transition is not allowed; conflict when another transaction changed the status first
 */
export const transitionOrder = (
  tx: Tx,
  row: OrderRow,
  to: OrderStatus,
  change: { reason?: string | null; actor: string },
): Promise<OrderRow> => {
  assertTransition(row, to)
  return updateStatus(tx, row, to, change)
}

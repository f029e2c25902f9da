// SQL of the facts that cart records per order: closed, cancelled, restored. Each is written once, in any order of the events.
import { insertIgnoreInto, type Tx } from '@cartwright/db'
import { type CartOrderRow, cartOrderTable } from './generated/rows.ts'

export interface OrderFacts {
  /** The order closed its cart, or its lines were removed from the cart into which that was merged. */
  closed: boolean
  /** Principal of that cart; null when the cart belonged to the principal of the order. */
  takenFrom: string | null
  /** The order was cancelled before it was paid. */
  cancelled: boolean
  restored: boolean
}

/** Locks the facts of an order; inserts them when they are new. */
export const lockOrderFacts = async (tx: Tx, orderId: string, cartId: string): Promise<OrderFacts> => {
  const inserted = await tx.run`${insertIgnoreInto(cartOrderTable, { order_id: orderId, cart_id: cartId, created_at: tx.dbNow })}`
  if (inserted.affectedRows === 1) return { closed: false, takenFrom: null, cancelled: false, restored: false }
  const row = await tx.one<CartOrderRow>`SELECT * FROM cart_order WHERE order_id = ${orderId} FOR UPDATE`
  return {
    closed: Boolean(row?.closed_at),
    takenFrom: row?.taken_from ?? null,
    cancelled: Boolean(row?.cancelled_at),
    restored: Boolean(row?.given_back_at),
  }
}

/** @param takenFrom principal who had merged the cart; null when it belonged to the principal of the order */
export const updateClosed = (tx: Tx, orderId: string, takenFrom: string | null): void => {
  tx.write`UPDATE cart_order SET closed_at = ${tx.dbNow}, taken_from = ${takenFrom} WHERE order_id = ${orderId}`
}

export const updateCancelled = (tx: Tx, orderId: string): void => {
  tx.write`UPDATE cart_order SET cancelled_at = ${tx.dbNow} WHERE order_id = ${orderId}`
}

export const updateRestored = (tx: Tx, orderId: string): void => {
  tx.write`UPDATE cart_order SET given_back_at = ${tx.dbNow} WHERE order_id = ${orderId}`
}

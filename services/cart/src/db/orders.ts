// What cart knows of each order. One row per order and three facts, each written once, in whichever order the events come.
import type { Tx } from '@cartwright/db'

export interface OrderFacts {
  /** It closed its cart, or took its lines out of the one into which that was merged. */
  closed: boolean
  /** Whose cart that was; null when it was the orderer's own. */
  takenFrom: string | null
  /** It was cancelled before it was paid. */
  cancelled: boolean
  givenBack: boolean
}

interface Row {
  closed_at: Date | null
  taken_from: string | null
  cancelled_at: Date | null
  given_back_at: Date | null
}

/** Locks the facts of an order. */
export const lockOrderFacts = async (tx: Tx, orderId: string, cartId: string): Promise<OrderFacts> => {
  const made =
    await tx.run`INSERT IGNORE INTO cart_order (order_id, cart_id, created_at) VALUES (${orderId}, ${cartId}, ${tx.dbNow})`
  if (made.affectedRows === 1) return { closed: false, takenFrom: null, cancelled: false, givenBack: false }
  const row =
    await tx.one<Row>`SELECT closed_at, taken_from, cancelled_at, given_back_at FROM cart_order WHERE order_id = ${orderId} FOR UPDATE`
  return {
    closed: Boolean(row?.closed_at),
    takenFrom: row?.taken_from ?? null,
    cancelled: Boolean(row?.cancelled_at),
    givenBack: Boolean(row?.given_back_at),
  }
}

/** @param takenFrom who had merged the cart; null when it was still the orderer's */
export const updateClosed = (tx: Tx, orderId: string, takenFrom: string | null): void => {
  tx.write`UPDATE cart_order SET closed_at = ${tx.dbNow}, taken_from = ${takenFrom} WHERE order_id = ${orderId}`
}

export const updateCancelled = (tx: Tx, orderId: string): void => {
  tx.write`UPDATE cart_order SET cancelled_at = ${tx.dbNow} WHERE order_id = ${orderId}`
}

export const updateGivenBack = (tx: Tx, orderId: string): void => {
  tx.write`UPDATE cart_order SET given_back_at = ${tx.dbNow} WHERE order_id = ${orderId}`
}

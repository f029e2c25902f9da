// Finds the order that a shopper already made of the cart she wants to check out, so that a second click leads to it.
import type { OpenCart, PlaceOrder } from '@cartwright/contracts'
import { type Queryable, sql } from '@cartwright/db'
import { findOrder, type OrderRow } from '../db/orders.ts'

export interface Wanted {
  principalId: string
  body: Pick<PlaceOrder, 'cartVersion' | 'expectedTotal'>
  /** The open cart as cart has it now; null when there is none. */
  open: OpenCart | null
}

/**
 * A cart that cart still shows as open is known by its id. Once it is closed, the request names it only by version and total.
 * Versions of two carts of one shopper are often equal, so that alone says nothing: a wish that fits the cart that is open now is
 * about that one, and one that does not is about the closed cart only when version, total and currency are those of its order.
 */
export const findOrdered = async (db: Queryable, { principalId, body, open }: Wanted): Promise<OrderRow | null> => {
  const ofOpen = open === null ? null : await findOrder(db, sql`cart_id = ${open.id}`)
  if (ofOpen !== null) return ofOpen
  if (open !== null && open.lines.length > 0 && open.version === body.cartVersion) return null
  const { amountMinor, currency } = body.expectedTotal
  return findOrder(
    db,
    sql`principal_id = ${principalId} AND cart_version = ${body.cartVersion} AND total_minor = ${amountMinor} AND currency = ${currency} ORDER BY id DESC LIMIT 1`,
  )
}

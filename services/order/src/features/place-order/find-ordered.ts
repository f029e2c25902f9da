// Finds the existing order of a cart, so that a repeated checkout answers with its id.
import type { OpenCart, PlaceOrder } from '@cartwright/contracts'
import { type Queryable, sql } from '@cartwright/db'
import { findOrder, type OrderRow } from '../../db/orders.ts'

interface OrderedCart {
  principalId: string
  body: Pick<PlaceOrder, 'cartVersion' | 'expectedTotal'>
  /** The open cart of the principal; null when there is none. */
  open: OpenCart | null
}

/**
 * An open cart is identified by its id, a closed one only by the version and total of the request. Versions of two carts of one shopper
 * are often equal, so a request that fits the open cart concerns that one, and a closed cart must match version, total and currency.
 */
export const findOrderOfCart = async (db: Queryable, { principalId, body, open }: OrderedCart): Promise<OrderRow | null> => {
  const ofOpen = open === null ? null : await findOrder(db, sql`cart_id = ${open.id}`)
  if (ofOpen !== null) return ofOpen
  if (open !== null && open.lines.length > 0 && open.version === body.cartVersion) return null
  const { amountMinor, currency } = body.expectedTotal
  return findOrder(
    db,
    sql`principal_id = ${principalId}
        AND cart_version = ${body.cartVersion}
        AND total_minor = ${amountMinor}
        AND currency = ${currency}
      ORDER BY id DESC
      LIMIT 1`,
  )
}

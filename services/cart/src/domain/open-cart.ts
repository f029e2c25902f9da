// Open cart of a principal: find it, open it, lock it for a write. No cart is opened for a closed account.
import { AppError } from '@cartwright/contracts'
import type { Queryable, Tx } from '@cartwright/db'
import { hasErased, isErased } from '@cartwright/messaging'
import {
  findOpenCart,
  incrementVersion,
  insertCartIfMissing,
  insertOrIncrementCart,
  type NewCart,
  type OpenCart,
  updateCurrency,
} from '../db/carts.ts'

/** @param also a further SKU to look up @throws AppError unauthenticated when the account is closed */
export const getOpenCart = async (tx: Tx, principalId: string, also?: string): Promise<OpenCart> => {
  const open = await findOpenCart(tx, principalId, also)
  if (open === null) throw new AppError('unauthenticated', { detail: 'the account is closed' })
  return open
}

/**
 * Locks the principal's open cart for a write and increments its version; opens a cart when there is none.
 * @param also a further SKU to look up
 * @returns the cart, read under its lock
 * @throws AppError unauthenticated when the account is closed
 */
export const writeOpenCart = async (tx: Tx, principalId: string, fresh: NewCart, also?: string): Promise<OpenCart> => {
  const [found, open] = await Promise.all([incrementVersion(tx, principalId), findOpenCart(tx, principalId, also)])
  if (found && open) return open
  insertOrIncrementCart(tx, principalId, fresh, isErased(principalId))
  return getOpenCart(tx, principalId, also)
}

/** Like `writeOpenCart`, for lines that come from another cart: an empty cart takes their currency. */
export const writeOpenCartIn = async (tx: Tx, principalId: string, fresh: NewCart): Promise<OpenCart> => {
  const open = await writeOpenCart(tx, principalId, fresh)
  if (open.cart.lines.length > 0 || open.cart.currency === fresh.currency) return open
  updateCurrency(tx, open.cart.id, fresh.currency)
  return { ...open, cart: { ...open.cart, currency: fresh.currency } }
}

/**
 * Finds the open cart, or opens an empty one, which is not a write of the shopper.
 * @throws AppError conflict when another transaction closed it meanwhile, unauthenticated when the account is closed
 */
export const findOrOpenCart = async (db: Queryable, principalId: string, fresh: NewCart): Promise<OpenCart> => {
  const found = await findOpenCart(db, principalId)
  if (found) return found
  await insertCartIfMissing(db, principalId, fresh, isErased(principalId))
  const opened = await findOpenCart(db, principalId)
  if (opened !== null) return opened
  if (await hasErased(db, principalId)) throw new AppError('unauthenticated', { detail: 'the account is closed' })
  throw new AppError('conflict')
}

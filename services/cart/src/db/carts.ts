// Rows of carts. Every write first counts the version up, which locks the cart: whoever comes second waits and sees the result.
import { AppError } from '@cartwright/contracts'
import { list, type Queryable, rowsOf, sql, type Tx } from '@cartwright/db'
import { hasErased, isErased } from '@cartwright/messaging'
import type { CartLine, CartState, View } from '../cart.ts'
import { type ViewColumns, viewOf } from './views.ts'

/** An open cart with what the projection knows of its SKUs. */
export interface OpenCart {
  cart: CartState
  views: Map<string, View>
}

interface Row extends ViewColumns {
  cart_id: string | null
  version: number | null
  currency: string | null
  line_id: string | null
  sku: string | null
  quantity: number | null
  seen_minor: number | null
}

const viewColumns = sql`v.product_id, v.name, v.image_url, v.prices, v.sellable, v.version AS variant_version, s.available, s.version AS stock_version`

const lineOf = (row: Pick<Row, 'line_id' | 'sku' | 'quantity' | 'seen_minor'>): CartLine[] =>
  row.line_id === null || row.sku === null
    ? []
    : [{ id: row.line_id, sku: row.sku, quantity: row.quantity ?? 0, seenMinor: row.seen_minor }]

/** The open cart of a principal, its lines and the projection in one statement. @param also a further SKU to look up */
export const findOpenCart = async (db: Queryable, principalId: string, also?: string): Promise<OpenCart | null> => {
  const further = sql` UNION ALL SELECT NULL, NULL, NULL, NULL, v.sku, NULL, NULL, ${viewColumns} FROM variant v LEFT JOIN stock s ON s.sku = v.sku WHERE v.sku = ${also ?? ''}`
  const rows =
    await db.rows<Row>`SELECT c.id AS cart_id, c.version, c.currency, l.id AS line_id, l.sku, l.quantity, l.seen_minor, ${viewColumns}
    FROM cart c LEFT JOIN cart_line l ON l.cart_id = c.id LEFT JOIN variant v ON v.sku = l.sku LEFT JOIN stock s ON s.sku = l.sku
    WHERE c.open_for = ${principalId}${also === undefined ? sql`` : further}`
  const head = rows.find((row) => row.cart_id !== null)
  if (!head || head.cart_id === null) return null
  const lines = rows.flatMap(lineOf).sort((a, b) => (a.id < b.id ? -1 : 1))
  const views = new Map(rows.flatMap((row): [string, View][] => (row.sku === null ? [] : [[row.sku, viewOf(row.sku, row)]])))
  return { cart: { id: head.cart_id, version: head.version ?? 0, currency: head.currency ?? '', lines }, views }
}

/** @throws AppError unauthenticated when there is none: no cart is opened for an account that is closed */
export const getOpenCart = async (tx: Tx, principalId: string, also?: string): Promise<OpenCart> => {
  const open = await findOpenCart(tx, principalId, also)
  if (open === null) throw new AppError('unauthenticated', 'the account is closed')
  return open
}

interface CartLineRow extends Pick<Row, 'line_id' | 'sku' | 'quantity' | 'seen_minor'> {
  owner: string
  cart_id: string
  version: number
  currency: string
}

/** Open carts with their lines, by principal, in one statement. */
export const listOpenCarts = async (db: Queryable, principalIds: readonly string[]): Promise<Map<string, CartState>> => {
  const rows =
    await db.rows<CartLineRow>`SELECT c.open_for AS owner, c.id AS cart_id, c.version, c.currency, l.id AS line_id, l.sku, l.quantity, l.seen_minor
    FROM cart c LEFT JOIN cart_line l ON l.cart_id = c.id WHERE c.open_for IN (${list(principalIds)})`
  return new Map(
    [...Map.groupBy(rows, ({ owner }) => owner)].flatMap(([owner, [head, ...rest]]): [string, CartState][] =>
      head === undefined
        ? []
        : [[owner, { id: head.cart_id, version: head.version, currency: head.currency, lines: [head, ...rest].flatMap(lineOf) }]],
    ),
  )
}

export interface NewCart {
  id: string
  currency: string
}

/**
 * Counts the version of the principal's open cart up and so locks it; opens a cart when there is none. A new cart goes on from the
 * version of the last one. Two first writes at the same moment open one cart: the second finds the first one's unique key.
 * @param also a further SKU to look up @returns the cart, read under its lock
 */
export const writeOpenCart = async (tx: Tx, principalId: string, fresh: NewCart, also?: string): Promise<OpenCart> => {
  const counted = tx.run`UPDATE cart SET version = version + 1, updated_at = ${tx.dbNow} WHERE open_for = ${principalId}`
  const [{ affectedRows }, open] = await Promise.all([counted, findOpenCart(tx, principalId, also)])
  if (affectedRows > 0 && open) return open
  tx.write`INSERT INTO cart (id, principal_id, open_for, currency, version, created_at, updated_at)
    SELECT ${fresh.id}, ${principalId}, ${principalId}, ${fresh.currency}, before_this.top + 1, ${tx.dbNow}, ${tx.dbNow}
    FROM (SELECT COALESCE(MAX(version), 0) AS top FROM cart WHERE principal_id = ${principalId}) before_this WHERE NOT ${isErased(principalId)}
    ON DUPLICATE KEY UPDATE version = cart.version + 1, updated_at = VALUES(updated_at)`
  return getOpenCart(tx, principalId, also)
}

/** The same for lines that come from elsewhere: an empty cart takes their currency, in which the shopper knows the prices. */
export const writeOpenCartIn = async (tx: Tx, principalId: string, fresh: NewCart): Promise<OpenCart> => {
  const open = await writeOpenCart(tx, principalId, fresh)
  if (open.cart.lines.length > 0 || open.cart.currency === fresh.currency) return open
  updateCurrency(tx, open.cart.id, fresh.currency)
  return { ...open, cart: { ...open.cart, currency: fresh.currency } }
}

/** The open cart; an empty one is opened when there is none, which counts no write. @throws AppError conflict when it was closed this instant, unauthenticated when the account is closed */
export const findOrOpenCart = async (db: Queryable, principalId: string, fresh: NewCart): Promise<OpenCart> => {
  const found = await findOpenCart(db, principalId)
  if (found) return found
  await db.run`INSERT IGNORE INTO cart (id, principal_id, open_for, currency, version, created_at, updated_at)
    SELECT ${fresh.id}, ${principalId}, ${principalId}, ${fresh.currency}, before_this.top, ${db.dbNow}, ${db.dbNow}
    FROM (SELECT COALESCE(MAX(version) + 1, 0) AS top FROM cart WHERE principal_id = ${principalId}) before_this WHERE NOT ${isErased(principalId)}`
  const opened = await findOpenCart(db, principalId)
  if (opened !== null) return opened
  if (await hasErased(db, principalId)) throw new AppError('unauthenticated', 'the account is closed')
  throw new AppError('conflict')
}

/** Opens a cart that follows a closed one, with a version that is newer than any that was ever answered. */
export const insertFollowingCart = (tx: Tx, principalId: string, cart: CartState): void => {
  tx.write`INSERT INTO cart (id, principal_id, open_for, currency, version, created_at, updated_at)
    VALUES (${cart.id}, ${principalId}, ${principalId}, ${cart.currency}, ${cart.version}, ${tx.dbNow}, ${tx.dbNow})`
  saveLines(tx, cart.id, cart.lines)
}

/** Writes lines as they now are; others of the cart stay. */
export const saveLines = (tx: Tx, cartId: string, lines: readonly CartLine[]): void => {
  if (lines.length === 0) return
  tx.write`INSERT INTO cart_line (cart_id, sku, id, quantity, seen_minor) VALUES ${rowsOf(lines.map((line) => [cartId, line.sku, line.id, line.quantity, line.seenMinor]))}
    ON DUPLICATE KEY UPDATE quantity = VALUES(quantity), seen_minor = VALUES(seen_minor)`
}

export const deleteLine = (tx: Tx, cartId: string, sku: string): void => {
  tx.write`DELETE FROM cart_line WHERE cart_id = ${cartId} AND sku = ${sku}`
}

export const deleteLines = (tx: Tx, cartId: string): void => {
  tx.write`DELETE FROM cart_line WHERE cart_id = ${cartId}`
}

export const updateCurrency = (tx: Tx, cartId: string, currency: string): void => {
  tx.write`UPDATE cart SET currency = ${currency} WHERE id = ${cartId}`
}

export interface LockedCart {
  id: string
  currency: string
  version: number
}

/** Locks the open cart of a principal without counting a write; by the same key as every write, so that they cannot wait for each other. */
export const lockOpenCart = (tx: Tx, principalId: string): Promise<LockedCart | null> =>
  tx.one<LockedCart>`SELECT id, currency, version FROM cart WHERE open_for = ${principalId} FOR UPDATE`

/** Closes a cart for good. Its row stays, so that versions go on growing; its lines are of no use any more. @param by the order, or who merged it */
export const closeCart = (tx: Tx, cartId: string, by: string): void => {
  tx.write`UPDATE cart SET open_for = NULL, closed_by = ${by}, updated_at = ${tx.dbNow} WHERE id = ${cartId}`
  deleteLines(tx, cartId)
}

/** Forgets everything of a principal. Orders of these carts lose their claim, so that nothing is given back to nobody. */
export const deleteCarts = async (tx: Tx, principalId: string): Promise<number> => {
  const carts = await tx.rows<{
    id: string
    version: number
  }>`SELECT id, version FROM cart WHERE principal_id = ${principalId} FOR UPDATE`
  const ids = list(carts.map((cart) => cart.id))
  await tx.run`DELETE FROM cart_line WHERE cart_id IN (${ids})`
  await tx.run`DELETE FROM cart_order WHERE cart_id IN (${ids})`
  await tx.run`DELETE FROM cart_order WHERE taken_from = ${principalId}`
  await tx.run`DELETE FROM cart_merge WHERE principal_id = ${principalId} OR guest_id = ${principalId}`
  await tx.run`DELETE FROM cart WHERE principal_id = ${principalId}`
  return Math.max(0, ...carts.map((cart) => cart.version))
}

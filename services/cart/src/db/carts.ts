// SQL of carts with their lines and codes. Every write first increments the version, which locks the cart: concurrent writers run one after the other.
import { assignments, insertInto, list, type OuterJoined, type Queryable, type Sql, sql, type Tx } from '@cartwright/db'
import { type CodeColumns, codeOf, insertCodes, listCodes } from './codes.ts'
import { type CartLineRow, type CartRow, cartLineTable, cartTable } from './generated/rows.ts'
import type { CartCode, CartLine, CartState, Shipping, View } from './stored-cart.ts'
import { type ViewColumns, viewOf } from './views.ts'

/** An open cart with the projection's rows for its SKUs. */
export interface OpenCart {
  cart: CartState
  views: Map<string, View>
}

type LineColumns = OuterJoined<Pick<CartLineRow, 'sku' | 'quantity' | 'seen_minor'> & { line_id: CartLineRow['id'] }>
/** NULL for a shopper without a row. */
type OrderColumns = { orders: number | null }
type ShippingColumns = Pick<CartRow, 'country' | 'region' | 'postal_code' | 'shipping_option_id'>
type CartColumns = Pick<CartRow, 'version' | 'currency'> & { cart_id: CartRow['id'] } & ShippingColumns & OrderColumns
type Row = ViewColumns & LineColumns & CodeColumns & OuterJoined<CartColumns>

const viewColumns = sql`
  v.product_id, v.name, v.names, v.image_url, v.prices, v.sellable, v.category_ids, v.tax_class, v.weight_grams, v.requires_shipping,
  v.compare_at, v.variant_id, v.product_slug, v.options, v.version AS variant_version,
  s.available, s.version AS stock_version`

const shippingColumns = sql`c.country, c.region, c.postal_code, c.shipping_option_id`

const shippingOf = ({ country, region, postal_code: postalCode, shipping_option_id }: ShippingColumns): Shipping => ({
  destination:
    country === null ? null : { country, ...(region === null ? {} : { region }), ...(postalCode === null ? {} : { postalCode }) },
  shippingOptionId: shipping_option_id,
})
const shippingRowOf = ({ destination, shippingOptionId }: Shipping): ShippingColumns => ({
  country: destination?.country ?? null,
  region: destination?.region ?? null,
  postal_code: destination?.postalCode ?? null,
  shipping_option_id: shippingOptionId,
})

const lineOf = (row: LineColumns): CartLine[] =>
  row.line_id === null || row.sku === null
    ? []
    : [{ id: row.line_id, sku: row.sku, quantity: row.quantity ?? 0, seenMinor: row.seen_minor }]

const cartFrom = (head: CartColumns, lines: CartLine[], codes: readonly CartCode[]): CartState => ({
  id: head.cart_id,
  version: head.version,
  currency: head.currency,
  ...shippingOf(head),
  lines,
  codes,
  hasOrdered: (head.orders ?? 0) > 0,
})

const isHead = (row: Row): row is Row & CartColumns => row.cart_id !== null

/** The open cart of a principal, its lines, codes and the projection in one statement. @param also a further SKU to look up */
export const findOpenCart = async (db: Queryable, principalId: string, also?: string): Promise<OpenCart | null> => {
  const noCart = sql`NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`
  const noCode = sql`NULL, NULL, NULL, NULL`
  const further = sql`
    UNION ALL
    SELECT ${noCart}, NULL, v.sku, NULL, NULL, ${noCode}, ${viewColumns}
    FROM variant v
    LEFT JOIN stock s ON s.sku = v.sku
    WHERE v.sku = ${also ?? ''}`
  const rows = await db.rows<Row>`
    SELECT c.id AS cart_id, c.version, c.currency, ${shippingColumns}, o.orders,
      l.id AS line_id, l.sku, l.quantity, l.seen_minor,
      NULL AS code, NULL AS promotion_id, NULL AS entered_version, NULL AS merged_from, ${viewColumns}
    FROM cart c
    LEFT JOIN shopper_orders o ON o.principal_id = c.open_for
    LEFT JOIN cart_line l ON l.cart_id = c.id
    LEFT JOIN variant v ON v.sku = l.sku
    LEFT JOIN stock s ON s.sku = l.sku
    WHERE c.open_for = ${principalId}
    UNION ALL
    SELECT ${noCart}, NULL, NULL, NULL, NULL, k.code, k.promotion_id, k.entered_version, k.merged_from, ${viewColumns}
    FROM cart c
    JOIN cart_code k ON k.cart_id = c.id
    LEFT JOIN variant v ON FALSE
    LEFT JOIN stock s ON FALSE
    WHERE c.open_for = ${principalId}
    ${also === undefined ? sql`` : further}`
  const head = rows.find(isHead)
  if (head === undefined) return null
  const lines = rows.flatMap(lineOf).sort((a, b) => (a.id < b.id ? -1 : 1))
  const views = new Map(rows.flatMap((row): [string, View][] => (row.sku === null ? [] : [[row.sku, viewOf(row.sku, row)]])))
  const codes = rows.flatMap(codeOf).sort((a, b) => (a.code < b.code ? -1 : 1))
  return { cart: cartFrom(head, lines, codes), views }
}

type OwnedLine = LineColumns & CartColumns & { owner: string }

/** Open carts with their lines and codes, by principal. */
export const listOpenCarts = async (db: Queryable, principalIds: readonly string[]): Promise<Map<string, CartState>> => {
  const rows = await db.rows<OwnedLine>`
    SELECT c.open_for AS owner, c.id AS cart_id, c.version, c.currency, ${shippingColumns}, o.orders,
      l.id AS line_id, l.sku, l.quantity, l.seen_minor
    FROM cart c
    LEFT JOIN shopper_orders o ON o.principal_id = c.open_for
    LEFT JOIN cart_line l ON l.cart_id = c.id
    WHERE c.open_for IN (${list(principalIds)})`
  const codes = await listCodes(
    db,
    rows.map(({ cart_id }) => cart_id),
  )
  return new Map(
    [...Map.groupBy(rows, ({ owner }) => owner)].flatMap(([owner, [head, ...rest]]): [string, CartState][] =>
      head === undefined ? [] : [[owner, cartFrom(head, [head, ...rest].flatMap(lineOf), codes.get(head.cart_id) ?? [])]],
    ),
  )
}

export interface NewCart {
  id: string
  currency: string
}

/** Increments the version of a principal's open cart, which locks it. @returns false when there is no open cart */
export const incrementVersion = async (tx: Tx, principalId: string): Promise<boolean> => {
  const result = await tx.run`
    UPDATE cart
    SET version = version + 1, updated_at = ${tx.dbNow}
    WHERE open_for = ${principalId}`
  return result.affectedRows > 0
}

/**
 * Opens a cart whose version follows that of the last one. If another transaction opens one at the same moment, its version is incremented.
 * @param unless condition under which no cart is opened
 */
export const insertOrIncrementCart = (tx: Tx, principalId: string, fresh: NewCart, unless: Sql): void => {
  tx.write`
    INSERT INTO cart (id, principal_id, open_for, currency, version, created_at, updated_at)
    SELECT ${fresh.id}, ${principalId}, ${principalId}, ${fresh.currency}, before_this.top + 1, ${tx.dbNow}, ${tx.dbNow}
    FROM (SELECT COALESCE(MAX(version), 0) AS top FROM cart WHERE principal_id = ${principalId}) before_this
    WHERE NOT ${unless}
    ON DUPLICATE KEY UPDATE version = cart.version + 1, updated_at = VALUES(updated_at)`
}

/** Opens an empty cart unless one is open. Not a write of the shopper. @param unless condition under which no cart is opened */
export const insertCartIfMissing = async (db: Queryable, principalId: string, fresh: NewCart, unless: Sql): Promise<void> => {
  await db.run`
    INSERT IGNORE INTO cart (id, principal_id, open_for, currency, version, created_at, updated_at)
    SELECT ${fresh.id}, ${principalId}, ${principalId}, ${fresh.currency}, before_this.top, ${db.dbNow}, ${db.dbNow}
    FROM (SELECT COALESCE(MAX(version) + 1, 0) AS top FROM cart WHERE principal_id = ${principalId}) before_this
    WHERE NOT ${unless}`
}

/** Opens a cart that follows a closed one, with a version above all earlier ones. */
export const insertFollowingCart = (tx: Tx, principalId: string, cart: CartState): void => {
  tx.write`${insertInto(cartTable, {
    id: cart.id,
    principal_id: principalId,
    open_for: principalId,
    currency: cart.currency,
    version: cart.version,
    ...shippingRowOf(cart),
    created_at: tx.dbNow,
    updated_at: tx.dbNow,
  })}`
  saveLines(tx, cart.id, cart.lines)
  insertCodes(tx, cart.id, cart.codes)
}

/** Inserts or replaces lines; other lines of the cart stay. */
export const saveLines = (tx: Tx, cartId: string, lines: readonly CartLine[]): void => {
  if (lines.length === 0) return
  const rows = lines.map(({ id, sku, quantity, seenMinor }) => ({ cart_id: cartId, sku, id, quantity, seen_minor: seenMinor }))
  tx.write`${insertInto(cartLineTable, ...rows)}
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

export const updateShipping = (tx: Tx, cartId: string, shipping: Shipping): void => {
  tx.write`UPDATE cart SET ${assignments(shippingRowOf(shipping))} WHERE id = ${cartId}`
}

/** What the shopper chose for a cart that is open or closed; null when the cart was deleted. */
export const findShipping = async (tx: Tx, cartId: string): Promise<Shipping | null> => {
  const row = await tx.one<ShippingColumns>`SELECT ${shippingColumns} FROM cart c WHERE c.id = ${cartId}`
  return row && shippingOf(row)
}

export type LockedCart = Pick<CartRow, 'id' | 'currency' | 'version'>

/** Locks the open cart of a principal without counting a write. Every transaction locks by this key, so none can deadlock on a cart. */
export const lockOpenCart = (tx: Tx, principalId: string): Promise<LockedCart | null> =>
  tx.one<LockedCart>`SELECT id, currency, version FROM cart WHERE open_for = ${principalId} FOR UPDATE`

/** Closes a cart. Its row stays, because versions continue from it, with its codes; its lines are deleted. @param by the order, or the principal that merged it */
export const closeCart = (tx: Tx, cartId: string, by: string): void => {
  tx.write`UPDATE cart SET open_for = NULL, closed_by = ${by}, updated_at = ${tx.dbNow} WHERE id = ${cartId}`
  deleteLines(tx, cartId)
}

/**
 * Deletes all data of a principal, also the links from orders to the carts, so that a later cancellation restores no lines.
 * @returns the highest version of the deleted carts
 */
export const deleteCarts = async (tx: Tx, principalId: string): Promise<number> => {
  const carts = await tx.rows<Pick<CartRow, 'id' | 'version'>>`
    SELECT id, version
    FROM cart
    WHERE principal_id = ${principalId}
    FOR UPDATE`
  const ids = list(carts.map((cart) => cart.id))
  await tx.run`DELETE FROM cart_line WHERE cart_id IN (${ids})`
  await tx.run`DELETE FROM cart_code WHERE cart_id IN (${ids})`
  await tx.run`DELETE FROM shopper_orders WHERE principal_id = ${principalId}`
  await tx.run`DELETE FROM cart_order WHERE cart_id IN (${ids})`
  await tx.run`DELETE FROM cart_order WHERE taken_from = ${principalId}`
  await tx.run`DELETE FROM cart_merge WHERE principal_id = ${principalId} OR guest_id = ${principalId}`
  await tx.run`DELETE FROM cart WHERE principal_id = ${principalId}`
  return Math.max(0, ...carts.map((cart) => cart.version))
}

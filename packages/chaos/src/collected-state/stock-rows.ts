// Rows of catalog and cart about stock and carts of a run.
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import type { CollectedState, StockRow } from './rows.ts'

const placeholders = (values: readonly unknown[]): string => values.map(() => '?').join(', ')

export const listStock = async ({ query, table }: ShopUnderTest, skus: readonly string[]): Promise<StockRow[]> =>
  skus.length === 0
    ? []
    : query(
        `SELECT s.sku, s.on_hand, s.reserved, s.version, CAST(COALESCE(SUM(m.delta), 0) AS SIGNED) AS moved,
           CAST(COALESCE(SUM(CASE WHEN m.actor <> 'order' THEN m.delta ELSE 0 END), 0) AS SIGNED) AS stocked
         FROM ${table('catalog', 'stock_level')} s
         LEFT JOIN ${table('catalog', 'stock_movement')} m ON m.sku = s.sku
         WHERE s.sku IN (${placeholders(skus)})
         GROUP BY s.sku, s.on_hand, s.reserved, s.version`,
        skus,
      )

export const listMoves = async ({ query, table }: ShopUnderTest, skus: readonly string[]): Promise<CollectedState['moves']> =>
  skus.length === 0
    ? []
    : query(
        `SELECT sku, delta, actor, reference
         FROM ${table('catalog', 'stock_movement')}
         WHERE sku IN (${placeholders(skus)})
         ORDER BY id`,
        skus,
      )

/** What cart stored about the orders, and the open lines of the shoppers who ordered. */
export const listCarts = async (
  { query, table }: ShopUnderTest,
  since: Date,
): Promise<Pick<CollectedState, 'cartOrders' | 'openLines'>> => ({
  cartOrders: await query(
    `SELECT order_id, cart_id, closed_at, given_back_at
     FROM ${table('cart', 'cart_order')}
     WHERE order_id IN (SELECT id FROM ${table('order', 'customer_order')} WHERE created_at >= ?)`,
    [since],
  ),
  openLines: await query(
    `SELECT c.open_for AS principal_id, l.sku, l.quantity
     FROM ${table('cart', 'cart')} c
     JOIN ${table('cart', 'cart_line')} l ON l.cart_id = c.id
     WHERE c.open_for IN (SELECT principal_id FROM ${table('order', 'customer_order')} WHERE created_at >= ?)`,
    [since],
  ),
})

/** Stock levels in cart's projection. */
export const listCartStock = async ({ query, table }: ShopUnderTest): Promise<CollectedState['projectedStock']> => {
  const rows = await query<{ sku: string; available: number }>(`SELECT sku, available FROM ${table('cart', 'stock')}`)
  return rows.map((row) => ({ ...row, where: 'the cart' }))
}

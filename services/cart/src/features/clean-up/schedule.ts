// Schedule that deletes closed carts and records of old orders and merges in batches, once no redelivered event needs them.
import { list, purge } from '@cartwright/db'
import type { CartRow } from '../../db/generated/rows.ts'
import { type CartDeps, scheduled } from '../../deps.ts'

/** A session ends after at most 180 days, so an older guest cannot return. */
const guestDays = 200

/** Keeps the newest cart of a principal, because the versions of the next one continue from it. */
const purgeCarts = ({ db, config: { closedCartDays } }: CartDeps): Promise<void> =>
  purge(async (limit) => {
    const closed = await db.rows<Pick<CartRow, 'id'>>`
      SELECT c.id
      FROM cart c
      WHERE c.open_for IS NULL AND c.updated_at < ${db.dbNow} - INTERVAL ${closedCartDays} DAY
        AND (EXISTS (SELECT 1 FROM cart newer WHERE newer.principal_id = c.principal_id AND newer.version > c.version)
          OR (LEFT(c.principal_id, 4) = 'gst_' AND c.updated_at < ${db.dbNow} - INTERVAL ${Math.max(guestDays, closedCartDays)} DAY))
      LIMIT ${limit}`
    await db.run`DELETE FROM cart_code WHERE cart_id IN (${list(closed.map(({ id }) => id))})`
    return db.run`DELETE FROM cart WHERE id IN (${list(closed.map(({ id }) => id))}) AND open_for IS NULL`
  })

export const cleanUp = scheduled({
  name: 'cart-cleanup',
  everySec: 3600,
  run: async ({ deps }) => {
    const { db, config } = deps
    await purgeCarts(deps)
    await purge(
      (limit) =>
        db.run`DELETE FROM cart_order WHERE created_at < ${db.dbNow} - INTERVAL ${config.closedCartDays} DAY LIMIT ${limit}`,
    )
    await purge(
      (limit) =>
        db.run`DELETE FROM shopper_orders
          WHERE LEFT(principal_id, 4) = 'gst_' AND updated_at < ${db.dbNow} - INTERVAL ${guestDays} DAY LIMIT ${limit}`,
    )
    await purge(
      (limit) =>
        db.run`DELETE FROM cart_merge WHERE created_at < ${db.dbNow} - INTERVAL ${config.closedCartDays} DAY LIMIT ${limit}`,
    )
  },
})

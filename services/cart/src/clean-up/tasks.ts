// Deletes closed carts and what is known of old orders and merges, in small batches, when no redelivered event can need them any more.
import { list, purge } from '@cartwright/db'
import { periodic } from '@cartwright/messaging'
import type { CartDeps } from '../deps.ts'

/** A session ends after 180 days at the latest: nobody comes back as a guest who did nothing for longer. */
const guestDays = 200

/** The newest cart of a principal stays, since the versions of the next one go on from there. */
const purgeCarts = ({ db, config: { closedCartDays } }: CartDeps): Promise<void> =>
  purge(async (limit) => {
    const closed = await db.rows<{ id: string }>`SELECT c.id FROM cart c
      WHERE c.open_for IS NULL AND c.updated_at < ${db.dbNow} - INTERVAL ${closedCartDays} DAY
        AND (EXISTS (SELECT 1 FROM cart newer WHERE newer.principal_id = c.principal_id AND newer.version > c.version)
          OR (LEFT(c.principal_id, 4) = 'gst_' AND c.updated_at < ${db.dbNow} - INTERVAL ${Math.max(guestDays, closedCartDays)} DAY))
      LIMIT ${limit}`
    return db.run`DELETE FROM cart WHERE id IN (${list(closed.map(({ id }) => id))}) AND open_for IS NULL`
  })

export const cleanUp = periodic<CartDeps>({
  name: 'cart-cleanup',
  everySec: 3600,
  run: async (deps) => {
    const { db, config } = deps
    await purgeCarts(deps)
    await purge(
      (limit) =>
        db.run`DELETE FROM cart_order WHERE created_at < ${db.dbNow} - INTERVAL ${config.closedCartDays} DAY LIMIT ${limit}`,
    )
    await purge(
      (limit) =>
        db.run`DELETE FROM cart_merge WHERE created_at < ${db.dbNow} - INTERVAL ${config.closedCartDays} DAY LIMIT ${limit}`,
    )
  },
})

// Schedule that releases reservations whose hold has lapsed.
import type { ReservationRow } from '../../db/generated/rows.ts'
import { type CatalogDeps, scheduled } from '../../deps.ts'
import { release } from './reservations.ts'

type Hold = Pick<ReservationRow, 'id' | 'order_id'>

const sweepOne = ({ db }: CatalogDeps, { id, order_id }: Hold): Promise<void> =>
  db.tx(async (tx) => {
    const due = await tx.one`
      SELECT id
      FROM reservation
      WHERE id = ${id} AND state = 'held' AND held_until <= ${tx.dbNow}
      FOR UPDATE`
    if (due) await release(tx, { orderId: order_id, reservationId: id }, 'lapsed')
  })

/** Order releases its reservations itself. This schedule releases those that order has missed. */
export const sweepReservations = scheduled({
  name: 'catalog-sweeper',
  everySec: 30,
  run: async ({ deps }) => {
    const { db, log } = deps
    const lapsed = await db.rows<Hold>`
      SELECT id, order_id
      FROM reservation
      WHERE state = 'held' AND held_until <= ${db.dbNow}
      ORDER BY held_until
      LIMIT 500`
    for (const hold of lapsed) {
      // A hold that cannot be released must not block the others.
      await sweepOne(deps, hold).catch((error: unknown) =>
        log.warn({ err: error, reservation: hold.id }, 'reservations: a lapsed hold was not released; the next run retries it'),
      )
    }
  },
})

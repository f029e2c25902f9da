// Order's requests for stock, and the sweeper that gives lapsed holds back.
import { orderEvents } from '@cartwright/contracts'
import { on, periodic } from '@cartwright/messaging'
import type { CatalogDeps } from '../deps.ts'
import { commit, putBack, release, reserve } from './reservations.ts'

export const stockHandlers = [
  on(orderEvents.stockRequested, (tx, { data }, _: CatalogDeps) => reserve(tx, data)),
  on(orderEvents.stockCommitRequested, (tx, { data }, _: CatalogDeps) => commit(tx, data)),
  on(orderEvents.stockReleaseRequested, (tx, { data }, _: CatalogDeps) => release(tx, data, 'requested')),
  on(orderEvents.stockReturnRequested, (tx, { data }, _: CatalogDeps) => putBack(tx, data)),
]

const sweepOne = ({ db }: CatalogDeps, { id, order_id }: { id: string; order_id: string }): Promise<void> =>
  db.tx(async (tx) => {
    const due =
      await tx.one`SELECT id FROM reservation WHERE id = ${id} AND state = 'held' AND held_until <= ${tx.dbNow} FOR UPDATE`
    if (due) await release(tx, { orderId: order_id, reservationId: id }, 'lapsed')
  })

/** A backstop: order releases by itself; this catches what it could not. */
export const sweeper = (everySec: number) =>
  periodic({
    name: 'catalog-sweeper',
    everySec,
    run: async (deps: CatalogDeps) => {
      const { db, log } = deps
      const lapsed = await db.rows<{
        id: string
        order_id: string
      }>`SELECT id, order_id FROM reservation WHERE state = 'held' AND held_until <= ${db.dbNow}
        ORDER BY held_until LIMIT 500`
      for (const hold of lapsed) {
        // One hold that cannot be released must not keep the others.
        await sweepOne(deps, hold).catch((error: unknown) =>
          log.warn({ err: error, reservation: hold.id }, 'a lapsed hold could not be released; the next sweep tries again'),
        )
      }
    },
  })

// Measures how much is under way: holds, and search documents that are out of date.
import { periodic } from '@cartwright/messaging'
import { countPending } from '../db/search.ts'
import type { CatalogDeps } from '../deps.ts'

export const stockGauges = (everySec: number) =>
  periodic({
    name: 'catalog-gauges',
    everySec,
    run: async ({ db, gauges }: CatalogDeps) => {
      const holds = await db.one<{ held: number }>`SELECT COUNT(*) AS held FROM reservation WHERE state = 'held'`
      gauges.held.set(holds?.held ?? 0)
      gauges.pending.set(await countPending(db))
    },
  })

// Lists anew what older rules have listed: after an update of the shop, in slices, while lists and search go on with what they have.
import { sql } from '@cartwright/db'
import { periodic } from '@cartwright/messaging'
import { loadCategories, loadProducts } from '../db/products.ts'
import { listOutdated, lockAnyProduct, relist } from '../db/relist.ts'
import type { CatalogDeps } from '../deps.ts'

/** In one run: other tasks of the service wait for it. */
const perRun = 500

export const relistProducts = (everySec: number) =>
  periodic({
    name: 'catalog-relist',
    everySec,
    atStart: true,
    run: async ({ db, log }: CatalogDeps) => {
      const ids = await listOutdated(db, perRun)
      for (const id of ids) {
        await db.tx(async (tx) => {
          if (!(await lockAnyProduct(tx, id))) return
          const [product] = await loadProducts(tx, sql`id = ${id}`)
          if (product) await relist(tx, product, await loadCategories(tx))
        })
      }
      if (ids.length > 0) log.info({ products: ids.length }, 'catalog: products were listed anew by the current rules')
    },
  })

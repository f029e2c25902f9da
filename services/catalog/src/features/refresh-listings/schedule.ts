// Schedule that refreshes the listings of products that an older version of the listing rules wrote, a slice in each run.
import { sql } from '@cartwright/db'
import { loadCategories, loadProducts } from '../../db/products.ts'
import { scheduled } from '../../deps.ts'
import { listOutdated, lockAnyProduct, refreshListing } from '../../domain/refresh-listing.ts'

/** Bounded, because a service that stops waits for the run. */
const productsPerRun = 500

export const refreshListings = scheduled({
  name: 'catalog-refresh-listings',
  everySec: 5,
  atStart: true,
  run: async ({ deps: { db, log } }) => {
    const ids = await listOutdated(db, productsPerRun)
    for (const id of ids) {
      await db.tx(async (tx) => {
        if (!(await lockAnyProduct(tx, id))) return
        const [product] = await loadProducts(tx, sql`id = ${id}`)
        if (product) await refreshListing(tx, product, await loadCategories(tx))
      })
    }
    if (ids.length > 0) log.info({ products: ids.length }, 'listing: products were refreshed to the current rules')
  },
})

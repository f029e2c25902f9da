// Invariant I8 of cart: the cached carts, prices and stock levels match MySQL. Each round samples other keys.
import { maxViolations } from '@cartwright/messaging'
import { listOpenCarts } from '../db/carts.ts'
import { listStock, listVariants } from '../db/views.ts'
import { invariant } from '../deps.ts'
import { findProblem } from './compare.ts'

const sampleSize = 1000

export const cacheCopies = invariant({
  name: 'I8-cart-copies',
  sentence: 'cached carts, prices and stock levels equal those in MySQL',
  find: async ({ deps: { cache, db }, scan: { before } }) => {
    // Redis is read first: it is written after COMMIT, so MySQL is never older.
    const again = before.flatMap(({ rows = [] }) => rows.map(({ key }) => String(key[0])))
    const copies = await cache.sample(sampleSize, again)
    if (copies.length === 0) return []
    const skus = (kind: 'variant' | 'stock') => copies.flatMap((copy) => (copy.kind === kind ? [copy.sku] : []))
    const originals = {
      carts: await listOpenCarts(
        db,
        copies.flatMap((copy) => (copy.kind === 'cart' ? [copy.principalId] : [])),
      ),
      variants: await listVariants(db, skus('variant')),
      stock: await listStock(db, skus('stock')),
    }
    return copies
      .flatMap((copy) => findProblem(copy, originals) ?? [])
      .slice(0, maxViolations)
      .map(({ key, subject, problem }) => ({
        id: subject,
        description: `${subject} ${problem}`,
        rows: [{ table: 'redis', key: [key] }],
      }))
  },
})

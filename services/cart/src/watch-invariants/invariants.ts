// I8 for carts: stretch after stretch of its keys, what Redis holds says what MySQL says.
import { invariant, keptViolations } from '@cartwright/messaging'
import { listOpenCarts } from '../db/carts.ts'
import { listStock, listVariants } from '../db/views.ts'
import type { CartDeps } from '../deps.ts'
import { copyTrouble } from './compare.ts'

const sampleSize = 1000

export const cacheCopies = invariant<CartDeps>({
  name: 'I8-cart-copies',
  sentence: 'what Redis holds of carts, prices and stock says what MySQL says',
  find: async ({ cache, db }, { before }) => {
    // Redis first: it is written after the commit, so MySQL is never behind it.
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
      .flatMap((copy) => copyTrouble(copy, originals) ?? [])
      .slice(0, keptViolations)
      .map(({ key, subject, trouble }) => ({
        id: subject,
        account: `${subject} ${trouble}`,
        rows: [{ table: 'redis', key: [key] }],
      }))
  },
})

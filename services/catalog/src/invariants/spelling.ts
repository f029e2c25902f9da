// Invariant of SKUs: no two variants have SKUs that differ in case only. An operator withdraws one of the two.

import { maxViolations } from '@cartwright/messaging'
import type { VariantRow } from '../db/generated/rows.ts'
import { invariant } from '../deps.ts'

export const skuSpelling = invariant({
  name: 'sku-spelling',
  sentence: 'no two variants have SKUs that differ in case only',
  find: async ({ deps: { db } }) => {
    const rows = await db.rows<Pick<VariantRow, 'sku' | 'product_id'>>`SELECT sku, product_id FROM variant
      WHERE sku <> UPPER(sku) AND deleted_at IS NULL ORDER BY sku LIMIT ${maxViolations}`
    return rows.map(({ sku, product_id }) => ({
      id: sku,
      description: `${sku} of ${product_id} differs from another SKU in case only: withdraw one of the two variants and add it under another SKU`,
    }))
  },
})

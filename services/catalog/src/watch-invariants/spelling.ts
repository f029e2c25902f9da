// SKUs have one spelling, upper case. What an older shop left in two spellings is named for an operator to withdraw one, and never merged.
import { invariant, keptViolations } from '@cartwright/messaging'
import type { CatalogDeps } from '../deps.ts'

export const skuSpelling = invariant<CatalogDeps>({
  name: 'sku-spelling',
  sentence: 'no two variants have SKUs that differ in case only',
  find: async ({ db }) => {
    const rows = await db.rows<{ sku: string; product_id: string }>`SELECT sku, product_id FROM variant
      WHERE sku <> UPPER(sku) AND deleted_at IS NULL ORDER BY sku LIMIT ${keptViolations}`
    return rows.map(({ sku, product_id }) => ({
      id: sku,
      account: `${sku} of ${product_id} differs from another SKU in case only: withdraw one of the two variants and add it under another SKU`,
    }))
  },
})

// SQL of prices and their history. The caller has locked the product.
import { insertInto, type Tx } from '@cartwright/db'
import { type PricePeriodRow, pricePeriodTable, type VariantPriceRow, variantPriceTable } from './generated/rows.ts'
import type { VariantPrice } from './product-state.ts'

export const listPrices = async (tx: Tx, variantId: string): Promise<VariantPrice[]> => {
  const rows = await tx.rows<VariantPriceRow>`SELECT * FROM variant_price WHERE variant_id = ${variantId}`
  return rows.map(({ currency, amount_minor, compare_at_minor, prior_minor, reduced_at }) => ({
    currency,
    amountMinor: amount_minor,
    compareAtMinor: compare_at_minor,
    priorMinor: prior_minor,
    reducedAt: reduced_at,
  }))
}

/** Replaces all prices of a variant. */
export const replacePrices = async (tx: Tx, variantId: string, prices: readonly VariantPrice[]): Promise<void> => {
  await tx.run`DELETE FROM variant_price WHERE variant_id = ${variantId}`
  if (prices.length === 0) return
  const rows = prices.map(({ currency, amountMinor, compareAtMinor, priorMinor, reducedAt }) => ({
    variant_id: variantId,
    currency,
    amount_minor: amountMinor,
    compare_at_minor: compareAtMinor,
    prior_minor: priorMinor,
    reduced_at: reducedAt,
  }))
  await tx.run`${insertInto(variantPriceTable, ...rows)}`
}

/** The history of a variant in all currencies, in ascending order. */
export const listPeriods = (tx: Tx, variantId: string): Promise<PricePeriodRow[]> =>
  tx.rows<PricePeriodRow>`SELECT * FROM price_period WHERE variant_id = ${variantId} ORDER BY valid_from`

export const insertPeriods = async (tx: Tx, rows: readonly PricePeriodRow[]): Promise<void> => {
  if (rows.length === 0) return
  await tx.run`${insertInto(pricePeriodTable, ...rows)} ON DUPLICATE KEY UPDATE amount_minor = VALUES(amount_minor)`
}

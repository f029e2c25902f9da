// Invariant I11: an order's stored prices are those that its frozen input gives.
import { orderTaxesColumn, priceInputColumn, shippingOptionColumn } from '../db/json-columns.ts'
import { linesOf, type OrderRow, totalsOfRow } from '../db/orders.ts'
import { listRuleSets, requestFrom } from '../db/price-inputs.ts'
import { invariant } from '../deps.ts'
import { selectCandidates, toViolations } from './candidates.ts'
import { findPriceViolation } from './price-rules.ts'

type PricedRow = OrderRow & { rules_version: number; input: string }

export const orderPrices = invariant({
  name: 'I11-order-prices',
  sentence: 'the lines, shipping, taxes and totals of an order are those that its frozen input gives',
  find: async ({ deps: { db }, scan }) => {
    const rows = await db.rows<PricedRow>`SELECT o.*, i.rules_version, i.input
      FROM ${await selectCandidates(db, scan)}
      JOIN order_price_input i ON i.order_id = candidates.id
      JOIN customer_order o ON o.id = candidates.id`
    const ruleSets = await listRuleSets(db, [...new Set(rows.map(({ rules_version }) => rules_version))])
    return toViolations(rows, ([row]) => {
      const ruleSet = ruleSets.get(row.rules_version)
      if (ruleSet === undefined) return `was priced by rule set ${row.rules_version}, which is gone`
      const stored = {
        lines: linesOf(row),
        totals: { ...totalsOfRow(row), taxIncluded: Boolean(row.tax_included) },
        taxes: orderTaxesColumn.parseOrNull(row.order_taxes) ?? [],
        shippingOption: shippingOptionColumn.parseOrNull(row.shipping_option),
      }
      return findPriceViolation(stored, requestFrom(priceInputColumn.parse(row.input), ruleSet))
    })
  },
})

// SQL of what prices were calculated from: one input for each order, and each rule set once.
import type { PriceRules } from '@cartwright/contracts'
import { insertIgnoreInto, insertInto, list, type Queryable, type Tx } from '@cartwright/db'
import type { PriceRequest } from '@cartwright/pricing'
import { orderPriceInputTable, type PriceRuleSetRow, priceRuleSetTable } from './generated/rows.ts'
import { frozenRulesColumn, type PriceInput, priceInputColumn } from './json-columns.ts'

/** A request of the calculation, and the rule set that it was derived from: the tax rates may be those of a provider. */
interface PricedBy {
  request: PriceRequest
  ruleSet: PriceRules
}

/** The postal code is left out: the calculation does not read it, and it would have to be erased with the address. */
const inputOf = ({ request, ruleSet }: PricedBy): PriceInput => {
  const { lines, currency, destination, shippingOptionId, codes, usedUp, customer, at, rules } = request
  return {
    lines: lines.map(({ categoryIds, ...line }) => ({ ...line, ...(categoryIds && { categoryIds: [...categoryIds] }) })),
    currency,
    ...(destination && {
      destination: { country: destination.country, ...(destination.region === undefined ? {} : { region: destination.region }) },
    }),
    ...(shippingOptionId !== undefined && { shippingOptionId }),
    codes: [...codes],
    ...(usedUp && { usedUp: [...usedUp] }),
    ...(customer && { customer }),
    at: at.toISOString(),
    ...(rules.taxRates !== ruleSet.taxRates && { taxRates: rules.taxRates }),
  }
}

/** The request that an input was frozen from. */
export const requestFrom = ({ at, taxRates, ...input }: PriceInput, ruleSet: PriceRules): PriceRequest => ({
  ...input,
  at: new Date(at),
  rules: taxRates ? { ...ruleSet, taxRates } : ruleSet,
})

export const insertPriceInput = (tx: Tx, orderId: string, pricedBy: PricedBy): void => {
  tx.write`${insertInto(orderPriceInputTable, {
    order_id: orderId,
    rules_version: pricedBy.ruleSet.version,
    input: priceInputColumn.stringify(inputOf(pricedBy)),
  })}`
}

/** Keeps a rule set unless it is kept already. */
export const insertRuleSet = (tx: Tx, ruleSet: PriceRules): void => {
  tx.write`${insertIgnoreInto(priceRuleSetTable, { version: ruleSet.version, rule_set: frozenRulesColumn.stringify(ruleSet) })}`
}

/** Frozen rule sets by version. */
export const listRuleSets = async (db: Queryable, versions: readonly number[]): Promise<Map<number, PriceRules>> => {
  const rows = await db.rows<PriceRuleSetRow>`SELECT * FROM price_rule_set WHERE version IN (${list(versions)})`
  return new Map(rows.map(({ version, rule_set }) => [version, frozenRulesColumn.parse(rule_set)]))
}

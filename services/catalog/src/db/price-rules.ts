// SQL of the price rules: one row with the whole rule set.
import type { PriceRules } from '@cartwright/contracts'
import type { Queryable, Tx } from '@cartwright/db'
import type { PriceRulesRow } from './generated/rows.ts'
import { ruleSetColumn } from './json-columns.ts'

/** The row of the shop, which the migration has made. Events of price rules have this key. */
export const shopId = 'shop'

const rulesOf = (row: Pick<PriceRulesRow, 'rule_set'> | null): PriceRules => {
  if (row === null) throw new Error('price_rules has no row of the shop: run the migrations again')
  return ruleSetColumn.parse(row.rule_set)
}

export const getPriceRules = async (db: Queryable): Promise<PriceRules> =>
  rulesOf(await db.one<PriceRulesRow>`SELECT rule_set FROM price_rules WHERE id = ${shopId}`)

/** The rules, when they are newer than a known version; else null. */
export const findNewerPriceRules = async (db: Queryable, known: number): Promise<PriceRules | null> => {
  const row = await db.one<PriceRulesRow>`SELECT rule_set FROM price_rules WHERE id = ${shopId} AND version > ${known}`
  return row && rulesOf(row)
}

/** Locks the rules, so that changes run one after the other and each sees the others. */
export const lockPriceRules = async (tx: Tx): Promise<PriceRules> =>
  rulesOf(await tx.one<PriceRulesRow>`SELECT rule_set FROM price_rules WHERE id = ${shopId} FOR UPDATE`)

export const updatePriceRules = (tx: Tx, rules: PriceRules): void => {
  tx.write`UPDATE price_rules SET version = ${rules.version}, rule_set = ${ruleSetColumn.stringify(rules)} WHERE id = ${shopId}`
}

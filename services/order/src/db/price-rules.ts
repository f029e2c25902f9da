// SQL of the projection of catalog's price rules: one row, the newest version.
import type { PriceRules } from '@cartwright/contracts'
import { insertInto, type Queryable, type Tx } from '@cartwright/db'
import { type PriceRulesRow, priceRulesTable } from './generated/rows.ts'
import { ruleSetColumn } from './json-columns.ts'

/** Replaces the rules unless the same or a newer version is recorded. `version` is assigned last: the expression before it reads the old value. */
export const replacePriceRules = async (tx: Tx, shopId: string, rules: PriceRules): Promise<void> => {
  const row = { id: shopId, version: rules.version, rule_set: ruleSetColumn.stringify(rules) }
  await tx.run`${insertInto(priceRulesTable, row)}
    ON DUPLICATE KEY UPDATE rule_set = IF(VALUES(version) > version, VALUES(rule_set), rule_set),
      version = GREATEST(version, VALUES(version))`
}

/** The rules, when they are newer than a known version; else null. */
export const findNewerPriceRules = async (db: Queryable, known: number): Promise<PriceRules | null> => {
  const row = await db.one<Pick<PriceRulesRow, 'rule_set'>>`SELECT rule_set FROM price_rules WHERE version > ${known}`
  return row && ruleSetColumn.parse(row.rule_set)
}

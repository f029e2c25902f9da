// Invariant I12: every order whose frozen price holds a promotion has a use of it, given back or not, and uses stay within their limits.
import { discountsOf, type PriceRules } from '@cartwright/contracts'
import { type Database, type OuterJoined, rowsOf, sql } from '@cartwright/db'
import { maxViolations, type Scan, type Violation } from '@cartwright/messaging'
import { price } from '@cartwright/pricing'
import type { CustomerOrderRow, OrderPriceInputRow, PromotionCounterRow, PromotionUseRow } from '../db/generated/rows.ts'
import { priceInputColumn, shippingOptionColumn } from '../db/json-columns.ts'
import { linesOf } from '../db/orders.ts'
import { listRuleSets, requestFrom } from '../db/price-inputs.ts'
import { codeScope, countersOf, holderScope } from '../db/promotion-uses.ts'
import { invariant } from '../deps.ts'
import { selectCandidates, toViolations } from './candidates.ts'
import { findCounterViolation, findUseViolation } from './promotion-rules.ts'

const newest = 300

type CountedRow = PromotionCounterRow & { held: number }

/** Counts again what the counters of the newest uses and a slice of the others say. Only a counter with a limit matters. */
const findWrongCounters = async (db: Database, scan: Scan): Promise<Violation[]> => {
  const recent = await db.rows<PromotionUseRow>`SELECT * FROM promotion_use ORDER BY order_id DESC LIMIT ${newest}`
  const keys = recent.flatMap(countersOf).map(({ promotionId, scope }) => [promotionId, scope])
  const touched = keys.length === 0 ? sql`FALSE` : sql`(c.promotion_id, c.scope) IN (${rowsOf(keys)})`
  const older = await scan.older(db, 'promotion_counter', ['promotion_id', 'scope'])
  const held = sql`SELECT COUNT(*) FROM promotion_use u WHERE u.promotion_id = c.promotion_id AND u.given_back_at IS NULL`
  const rows = await db.rows<CountedRow>`
    SELECT c.*,
      CASE
        WHEN c.scope = '' THEN (${held})
        WHEN c.scope LIKE ${holderScope('%')} THEN (${held} AND u.holder = SUBSTRING(c.scope, ${holderScope('').length + 1}))
        ELSE (${held} AND u.code = SUBSTRING(c.scope, ${codeScope('').length + 1}))
      END AS held
    FROM promotion_counter c
    WHERE c.max_uses IS NOT NULL AND (${touched} OR (c.promotion_id, c.scope) IN (SELECT * FROM (${older}) older_counters))`
  return rows.flatMap(({ promotion_id, scope, used, max_uses, held }) => {
    const problem = findCounterViolation({ used, maxUses: max_uses, held: Number(held) })
    const id = `${promotion_id} ${scope === '' ? 'in all' : scope}`
    return problem
      ? [{ id, description: `${id} ${problem}`, rows: [{ table: 'promotion_counter', key: [promotion_id, scope] }] }]
      : []
  })
}

type HoldingRow = Pick<
  CustomerOrderRow,
  'id' | 'status' | 'cart_restored' | 'order_lines' | 'line_cancellations' | 'shipping_option'
> &
  OuterJoined<Pick<OrderPriceInputRow, 'rules_version' | 'input'> & Pick<PromotionUseRow, 'promotion_id' | 'given_back_at'>>

/** Promotions that took something off by the frozen input of an order, also off its shipping. */
const frozenPromotions = ({ rules_version, input }: HoldingRow, ruleSets: ReadonlyMap<number, PriceRules>): string[] => {
  const ruleSet = rules_version === null ? undefined : ruleSets.get(rules_version)
  if (input === null || ruleSet === undefined || ruleSet.promotions.length === 0) return []
  return price(requestFrom(priceInputColumn.parse(input), ruleSet)).discounts.map(({ promotionId }) => promotionId)
}

/** Promotions that took something off by what is stored with an order. */
const storedPromotions = (row: HoldingRow): string[] =>
  discountsOf([...linesOf(row), shippingOptionColumn.parseOrNull(row.shipping_option) ?? {}]).map(
    ({ promotionId }) => promotionId,
  )

/** Compares the uses of an order with its discounts and its state. An order without any use is read too. */
const findWrongUses = async (db: Database, scan: Scan): Promise<Violation[]> => {
  const rows = await db.rows<HoldingRow>`
    SELECT o.id, o.status, o.cart_restored, o.order_lines, o.line_cancellations, o.shipping_option,
      i.rules_version, i.input, u.promotion_id, u.given_back_at
    FROM ${await selectCandidates(db, scan)}
    JOIN customer_order o ON o.id = candidates.id
    LEFT JOIN order_price_input i ON i.order_id = o.id
    LEFT JOIN promotion_use u ON u.order_id = o.id`
  const versions = new Set(rows.flatMap(({ rules_version }) => rules_version ?? []))
  const ruleSets = versions.size === 0 ? new Map<number, PriceRules>() : await listRuleSets(db, [...versions])
  return toViolations(rows, (uses) => {
    const [order] = uses
    return findUseViolation({
      isCancelledUnpaid: order.status === 'cancelled' && Boolean(order.cart_restored),
      discounted: [...storedPromotions(order), ...frozenPromotions(order, ruleSets)],
      uses: uses.flatMap(({ promotion_id, given_back_at }) =>
        promotion_id === null ? [] : [{ promotionId: promotion_id, isGivenBack: given_back_at !== null }],
      ),
    })
  })
}

export const promotionUses = invariant({
  name: 'I12-promotion-uses',
  sentence: 'the uses of a promotion are those of orders that hold it and have not given it back, and at most its limit',
  find: async ({ deps: { db }, scan }) =>
    [...(await findWrongCounters(db, scan)), ...(await findWrongUses(db, scan))].slice(0, maxViolations),
})

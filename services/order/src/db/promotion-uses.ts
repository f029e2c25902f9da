// SQL of promotion uses: counters that never pass their limit, and the orders that hold the uses.
import { insertInto, list, type Queryable, rowsOf, type Tx } from '@cartwright/db'
import { type PromotionCounterRow, type PromotionUseRow, promotionCounterTable, promotionUseTable } from './generated/rows.ts'

/** A use of a promotion by an order that is being placed. */
export type NewUse = Omit<PromotionUseRow, 'given_back_at'>

/** A counter that a use adds to: '' counts a promotion, the others one holder of it or one code. */
export interface Counter {
  promotionId: string
  scope: string
}

/** A counter with its limit; null: it only counts. */
export interface LimitedCounter extends Counter {
  limit: number | null
}

export const holderScope = (holder: string): string => `holder:${holder}`
export const codeScope = (code: string): string => `code:${code}`

const keyOf = ({ promotionId, scope }: Counter): string => `${promotionId} ${scope}`
/** Every transaction takes its counters in this order, so that two of them cannot wait for each other. */
const inLockOrder = <C extends Counter>(counters: readonly C[]): C[] =>
  counters.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))

/** The counters that a use is in. */
export const countersOf = ({ promotion_id, holder, code }: NewUse): Counter[] =>
  ['', holderScope(holder), ...(code === null ? [] : [codeScope(code)])].map((scope) => ({ promotionId: promotion_id, scope }))

/** Adds one to each counter. @returns whether every counter was below its limit; otherwise the transaction must fail */
export const countUses = async (tx: Tx, counters: readonly LimitedCounter[]): Promise<boolean> => {
  const ordered = inLockOrder(counters)
  const empty = ordered.map(({ promotionId, scope }) => ({ promotion_id: promotionId, scope, used: 0, max_uses: null }))
  // Creates missing counters and locks all of them: an INSERT IGNORE would take shared locks, and the updates would deadlock.
  tx.write`${insertInto(promotionCounterTable, ...empty)} ON DUPLICATE KEY UPDATE used = used`
  for (const { promotionId, scope, limit } of ordered) {
    const counted = await tx.run`
      UPDATE promotion_counter
      SET used = used + 1, max_uses = ${limit}
      WHERE promotion_id = ${promotionId} AND scope = ${scope} AND (${limit} IS NULL OR used < ${limit})`
    if (counted.affectedRows !== 1) return false
  }
  return true
}

export const insertUses = (tx: Tx, uses: readonly NewUse[]): void => {
  tx.write`${insertInto(promotionUseTable, ...uses.map((use) => ({ ...use, given_back_at: null })))}`
}

/** Takes the uses of a locked order from their counters, once. */
export const giveBackUses = async (tx: Tx, orderId: string): Promise<void> => {
  const uses = await tx.rows<PromotionUseRow>`SELECT * FROM promotion_use WHERE order_id = ${orderId} AND given_back_at IS NULL`
  if (uses.length === 0) return
  tx.write`UPDATE promotion_use SET given_back_at = ${tx.dbNow} WHERE order_id = ${orderId} AND given_back_at IS NULL`
  for (const { promotionId, scope } of inLockOrder(uses.flatMap(countersOf)))
    tx.write`UPDATE promotion_counter SET used = used - 1 WHERE promotion_id = ${promotionId} AND scope = ${scope}`
}

/** The counters that have reached their limits. */
export const findFull = async (db: Queryable, counters: readonly LimitedCounter[]): Promise<LimitedCounter[]> => {
  const limited = counters.filter(({ limit }) => limit !== null)
  if (limited.length === 0) return []
  const rows = await db.rows<Pick<PromotionCounterRow, 'promotion_id' | 'scope' | 'used'>>`
    SELECT promotion_id, scope, used
    FROM promotion_counter
    WHERE promotion_id IN (${list(limited.map(({ promotionId }) => promotionId))})
      AND (promotion_id, scope) IN (${rowsOf(limited.map(({ promotionId, scope }) => [promotionId, scope]))})`
  const used = new Map(rows.map(({ promotion_id, scope, used }) => [keyOf({ promotionId: promotion_id, scope }), used]))
  return limited.filter((counter) => (used.get(keyOf(counter)) ?? 0) >= (counter.limit ?? Number.POSITIVE_INFINITY))
}

// SQL of promotion codes. A code is its own key, in the normal form of the contract.
import {
  after,
  insertIgnoreInto,
  insertInto,
  list,
  orderBy,
  type Queryable,
  type SortKey,
  sql,
  type Tx,
  where,
} from '@cartwright/db'
import { type PromotionCodeRow, promotionCodeTable } from './generated/rows.ts'

export type NewCode = Pick<PromotionCodeRow, 'code' | 'promotion_id' | 'max_uses' | 'created_at'>

/** Inserts codes. @throws ConflictError when one of them is taken */
export const insertCodes = async (tx: Tx, codes: readonly NewCode[]): Promise<void> => {
  await tx.run`${insertInto(promotionCodeTable, ...codes)}`
}

/** Inserts those of the codes that are not taken. @returns how many */
export const insertFreeCodes = async (tx: Tx, codes: readonly NewCode[]): Promise<number> => {
  const { affectedRows } = await tx.run`${insertIgnoreInto(promotionCodeTable, ...codes)}`
  return affectedRows
}

/** Which of the codes exist, also those that are switched off. */
export const listTaken = async (db: Queryable, codes: readonly string[]): Promise<string[]> => {
  const rows = await db.rows<Pick<PromotionCodeRow, 'code'>>`
    SELECT code
    FROM promotion_code
    WHERE code IN (${list(codes)})
    ORDER BY code`
  return rows.map(({ code }) => code)
}

/** Those of the codes that exist and are not switched off. */
export const listActiveCodes = (db: Queryable, codes: readonly string[]): Promise<PromotionCodeRow[]> =>
  db.rows<PromotionCodeRow>`
    SELECT *
    FROM promotion_code
    WHERE code IN (${list(codes)}) AND switched_off_at IS NULL`

const newestFirst: readonly SortKey[] = [
  { column: 'created_at', descending: true },
  { column: 'code', descending: true },
]

/** Codes of a promotion, the newest first. @param behind creation and code of the last row of the page before */
export const listCodesOf = (
  db: Queryable,
  promotionId: string,
  { limit, behind }: { limit: number; behind: readonly [Date, string] | null },
): Promise<PromotionCodeRow[]> => {
  const conditions = where([
    sql`promotion_id = ${promotionId}`,
    // The first condition is implied by the second, and lets the index begin there.
    behind !== null && sql`created_at <= ${behind[0]} AND (${after(newestFirst, behind)})`,
  ])
  return db.rows<PromotionCodeRow>`
    SELECT *
    FROM promotion_code
    WHERE ${conditions}
    ORDER BY ${orderBy(newestFirst)}
    LIMIT ${limit}`
}

/** Locks a code of a promotion. */
export const lockCode = (tx: Tx, promotionId: string, code: string): Promise<PromotionCodeRow | null> =>
  tx.one<PromotionCodeRow>`SELECT * FROM promotion_code WHERE code = ${code} AND promotion_id = ${promotionId} FOR UPDATE`

export const updateSwitchedOff = (tx: Tx, code: string, isOff: boolean): void => {
  tx.write`UPDATE promotion_code SET switched_off_at = ${isOff ? tx.dbNow : null} WHERE code = ${code}`
}

/** Ids of the promotions that have codes. The index holds them in order, so this skips from one to the next. */
export const listPromotionsWithCodes = async (db: Queryable): Promise<string[]> => {
  const rows = await db.rows<Pick<PromotionCodeRow, 'promotion_id'>>`SELECT DISTINCT promotion_id FROM promotion_code`
  return rows.map(({ promotion_id }) => promotion_id)
}

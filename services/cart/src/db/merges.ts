// SQL of merges: one row per guest cart that was merged, with its problems and the lines that were taken.
import type { CartProblem } from '@cartwright/contracts'
import { insertInto, type Queryable, type Tx } from '@cartwright/db'
import { type CartMergeRow, cartMergeTable } from './generated/rows.ts'
import { problemsColumn, takenColumn } from './json-columns.ts'
import type { TakenLine } from './stored-cart.ts'

export interface Merge {
  guestCartId: string
  guestId: string
  /** The customer who merged it. */
  principalId: string
  problems: readonly CartProblem[]
  taken: readonly TakenLine[]
}

export const insertMerge = (tx: Tx, { guestCartId, guestId, principalId, problems, taken }: Merge): void => {
  tx.write`${insertInto(cartMergeTable, {
    guest_cart_id: guestCartId,
    guest_id: guestId,
    principal_id: principalId,
    problems: problemsColumn.stringify(problems),
    taken: takenColumn.stringify(taken),
    created_at: tx.dbNow,
  })}`
}

/** The merge of a cart; null when it was not merged. Lock the guest's open cart first, which waits for a merge in progress. */
export const findMerge = async (tx: Tx, guestCartId: string): Promise<Pick<Merge, 'principalId' | 'taken'> | null> => {
  const row = await tx.one<CartMergeRow>`SELECT * FROM cart_merge WHERE guest_cart_id = ${guestCartId}`
  return row === null ? null : { principalId: row.principal_id, taken: takenColumn.parse(row.taken) }
}

/** Problems of the last merge of the guest's carts by a principal. */
export const findLastProblems = async (db: Queryable, guestId: string, principalId: string): Promise<CartProblem[]> => {
  const row = await db.one<CartMergeRow>`
    SELECT *
    FROM cart_merge
    WHERE guest_id = ${guestId} AND principal_id = ${principalId}
    ORDER BY created_at DESC
    LIMIT 1`
  return row === null ? [] : problemsColumn.parse(row.problems)
}

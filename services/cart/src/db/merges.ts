// Merges of guests' carts: one row for each cart that was taken, with what came of it.
import type { CartProblem } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import type { TakenLine } from '../cart.ts'

export interface Merge {
  guestCartId: string
  guestId: string
  /** Who took it. */
  principalId: string
  problems: readonly CartProblem[]
  taken: readonly TakenLine[]
}

export const insertMerge = (tx: Tx, { guestCartId, guestId, principalId, problems, taken }: Merge): void => {
  tx.write`INSERT INTO cart_merge (guest_cart_id, guest_id, principal_id, problems, taken, created_at)
    VALUES (${guestCartId}, ${guestId}, ${principalId}, ${JSON.stringify(problems)}, ${JSON.stringify(taken)}, ${tx.dbNow})`
}

/** Who took a cart and what came of it, or null when nobody did. Lock the guest's open cart first: a merge under way is then over. */
export const findMerge = async (tx: Tx, guestCartId: string): Promise<Pick<Merge, 'principalId' | 'taken'> | null> => {
  const row = await tx.one<{
    principal_id: string
    taken: string
  }>`SELECT principal_id, taken FROM cart_merge WHERE guest_cart_id = ${guestCartId}`
  return row === null ? null : { principalId: row.principal_id, taken: JSON.parse(row.taken) as TakenLine[] }
}

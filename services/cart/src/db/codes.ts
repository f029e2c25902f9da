// SQL of the promotion codes of carts. Those of a closed cart are the codes of its order.
import { insertIgnoreInto, list, type OuterJoined, type Queryable, type Tx } from '@cartwright/db'
import { type CartCodeRow, cartCodeTable } from './generated/rows.ts'
import type { CartCode } from './stored-cart.ts'

export type CodeColumns = OuterJoined<Pick<CartCodeRow, 'code' | 'promotion_id' | 'entered_version' | 'merged_from'>>

export const codeOf = (row: CodeColumns): CartCode[] =>
  row.code === null || row.promotion_id === null
    ? []
    : [
        {
          code: row.code,
          promotionId: row.promotion_id,
          enteredVersion: row.entered_version ?? 0,
          mergedFrom: row.merged_from,
        },
      ]

/** The codes of some carts, by cart. */
export const listCodes = async (db: Queryable, cartIds: readonly string[]): Promise<Map<string, CartCode[]>> => {
  const rows = await db.rows<CartCodeRow>`SELECT * FROM cart_code WHERE cart_id IN (${list(cartIds)}) ORDER BY code`
  return new Map([...Map.groupBy(rows, ({ cart_id }) => cart_id)].map(([id, own]) => [id, own.flatMap(codeOf)]))
}

/** Inserts codes; those that the cart has stay as they are. */
export const insertCodes = (tx: Tx, cartId: string, codes: readonly CartCode[]): void => {
  if (codes.length === 0) return
  const rows = codes.map(({ code, promotionId, enteredVersion, mergedFrom }) => ({
    cart_id: cartId,
    code,
    promotion_id: promotionId,
    entered_version: enteredVersion,
    merged_from: mergedFrom,
  }))
  tx.write`${insertIgnoreInto(cartCodeTable, ...rows)}`
}

export const deleteCodes = (tx: Tx, cartId: string, codes: readonly CartCode[]): void => {
  if (codes.length === 0) return
  tx.write`DELETE FROM cart_code WHERE cart_id = ${cartId} AND code IN (${list(codes.map(({ code }) => code))})`
}

/** Deletes the codes that the shopper entered after the cart had this version. */
export const deleteLaterCodes = (tx: Tx, cartId: string, version: number): void => {
  tx.write`DELETE FROM cart_code WHERE cart_id = ${cartId} AND entered_version > ${version}`
}

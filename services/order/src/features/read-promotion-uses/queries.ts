// Queries of the uses of one promotion: its counters, and the orders that hold a use by pages.
import type { PromotionUse } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, pageOf, type Queryable, sql, where } from '@cartwright/db'
import type { CustomerOrderRow, PromotionCounterRow, PromotionUseRow } from '../../db/generated/rows.ts'
import { codeScope } from '../../db/promotion-uses.ts'

type CountedRow = Pick<PromotionCounterRow, 'scope' | 'used' | 'max_uses'>

/** The counter of a promotion, or of one of its codes; null when it was never used. */
export const findCounter = (db: Queryable, promotionId: string, code?: string): Promise<CountedRow | null> =>
  db.one<CountedRow>`SELECT scope, used, max_uses FROM promotion_counter
    WHERE promotion_id = ${promotionId} AND scope = ${code === undefined ? '' : codeScope(code)}`

/** The counters of a promotion's codes, and at most one more than `most`. */
export const listCodeCounters = (db: Queryable, promotionId: string, most: number): Promise<CountedRow[]> =>
  db.rows<CountedRow>`SELECT scope, used, max_uses FROM promotion_counter
    WHERE promotion_id = ${promotionId} AND scope LIKE ${codeScope('%')} ORDER BY scope LIMIT ${most + 1}`

type ListedRow = Pick<PromotionUseRow, 'order_id' | 'code' | 'given_back_at'> & Pick<CustomerOrderRow, 'number' | 'created_at'>

const viewOf = ({ order_id, number, code, created_at, given_back_at }: ListedRow): PromotionUse => ({
  orderId: order_id,
  orderNumber: number,
  code,
  usedAt: created_at.toISOString(),
  givenBackAt: given_back_at?.toISOString() ?? null,
})

interface Wanted {
  promotionId: string
  code?: string | undefined
  limit: number
  cursor?: string | undefined
}

/** Orders that hold or held a use, the newest first. */
export const listUses = async (db: Queryable, { promotionId, code, limit, cursor }: Wanted) => {
  const last = cursor === undefined ? undefined : String(decodeCursor('-order', cursor, 1)[0])
  const conditions = where([
    sql`u.promotion_id = ${promotionId}`,
    code !== undefined && sql`u.code = ${code}`,
    last !== undefined && sql`u.order_id < ${last}`,
  ])
  const rows = await db.rows<ListedRow>`SELECT u.order_id, u.code, u.given_back_at, o.number, o.created_at
    FROM promotion_use u JOIN customer_order o ON o.id = u.order_id
    WHERE ${conditions} ORDER BY u.order_id DESC LIMIT ${limit + 1}`
  const page = pageOf(rows, limit, ({ order_id }) => encodeCursor('-order', [order_id]))
  return { items: page.items.map(viewOf), nextCursor: page.nextCursor }
}

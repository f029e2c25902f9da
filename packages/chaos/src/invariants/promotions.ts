// I12, promotions: what orders hold of a promotion is what its counters say, within their limits, and unpaid orders give it back.
import type { CollectedState, OrderRow, Violation } from '../collected-state/rows.ts'
import { isRestored } from './carts.ts'
import { frozenPromotions } from './prices.ts'

/** Uses of a promotion that count in a scope: all of them, those of a holder, or those of a code. */
const heldIn = ({ promotionUses }: CollectedState, promotionId: string, scope: string): number => {
  const [, kind, name] = /^(holder|code):(.*)$/.exec(scope) ?? []
  return promotionUses.filter(
    (use) =>
      use.promotion_id === promotionId &&
      use.given_back_at === null &&
      (kind === undefined || (kind === 'code' ? use.code : use.holder) === name),
  ).length
}

const counterViolations = (collected: CollectedState): Violation[] =>
  collected.promotionCounters.flatMap(({ promotion_id: id, scope, used, max_uses: limit }) => {
    const held = heldIn(collected, id, scope)
    const name = `${id} ${scope}`.trim()
    const violation = (what: string): Violation => ({ invariant: 'I12 promotions', subject: name, what })
    return [
      ...(used === held ? [] : [violation(`the counter says ${used}, and orders hold ${held}`)]),
      ...(limit !== null && held > limit ? [violation(`orders hold ${held}, and the limit is ${limit}`)] : []),
    ]
  })

interface DiscountedLine {
  discounts?: { promotionId: string; code?: string }[]
}

const discountsOf = ({ order_lines: text }: OrderRow) =>
  (JSON.parse(text) as DiscountedLine[]).flatMap(({ discounts = [] }) => discounts)

const orderViolations = (collected: CollectedState, order: OrderRow): string[] => {
  const uses = collected.promotionUses.filter((use) => use.order_id === order.id)
  const isGivenBack = order.status === 'cancelled' && isRestored(collected, order)
  const wrong = uses.filter((use) => (use.given_back_at !== null) !== isGivenBack)
  const missing = discountsOf(order).filter(
    ({ promotionId, code }) => !uses.some((use) => use.promotion_id === promotionId && use.code === (code ?? null)),
  )
  const frozen = frozenPromotions(collected, order).filter((id) => !uses.some(({ promotion_id }) => promotion_id === id))
  return [
    ...frozen.map((id) => `the frozen price of the order holds ${id}, and the order holds no use of it`),
    ...wrong.map(({ promotion_id: id }) =>
      isGivenBack
        ? `the order was cancelled unpaid and keeps its use of ${id}`
        : `the order keeps its discount and gave ${id} back`,
    ),
    ...missing.map(({ promotionId }) => `the order has a discount by ${promotionId} and holds no use of it`),
  ]
}

/** I12: uses of a promotion = orders that hold it and have not given it back ≤ its limits, in all, per customer and per code. */
export const promotions = (collected: CollectedState): Violation[] => [
  ...counterViolations(collected),
  ...collected.orders.flatMap((order) =>
    orderViolations(collected, order).map((what) => ({ invariant: 'I12 promotions', subject: order.id, what })),
  ),
]

// Pure invariant rules of promotion uses: counters and the uses of one order. Each returns a description of the violation, or null.

interface CountedUses {
  used: number
  /** The limit of the last use; null without one. */
  maxUses: number | null
  /** Uses of orders that are not given back. */
  held: number
}

/** A counter says what orders hold, and no more than its limit. A limit that is lowered later does not touch earlier uses. */
export const findCounterViolation = ({ used, maxUses, held }: CountedUses): string | null => {
  if (used !== held) return `counts ${used}, and orders hold ${held}`
  return maxUses !== null && used > maxUses ? `is used ${used} times, and its limit is ${maxUses}` : null
}

interface HeldUses {
  /** Whether the order was cancelled before its payment. */
  isCancelledUnpaid: boolean
  /** Promotions that took something off lines or shipping. */
  discounted: readonly string[]
  uses: readonly { promotionId: string; isGivenBack: boolean }[]
}

/** An order holds a use of each promotion that took something off, until it is cancelled before its payment. */
export const findUseViolation = ({ isCancelledUnpaid, discounted, uses }: HeldUses): string | null => {
  const missing = discounted.find((id) => !uses.some(({ promotionId }) => promotionId === id))
  if (missing !== undefined) return `has a discount by ${missing}, and no use of it`
  const wrong = uses.find(({ isGivenBack }) => isGivenBack !== isCancelledUnpaid)
  if (wrong === undefined) return null
  return wrong.isGivenBack
    ? `goes on, and its use of ${wrong.promotionId} is given back`
    : `keeps its use of ${wrong.promotionId}`
}

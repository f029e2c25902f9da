// Rows about promotions: which orders hold a use, and what is counted of them.

export interface PromotionUseRow {
  order_id: string
  promotion_id: string
  holder: string
  code: string | null
  /** When the order was cancelled before its payment. */
  given_back_at: Date | null
}
export interface PromotionCounterRow {
  promotion_id: string
  /** Empty for all uses of the promotion, `holder:…` or `code:…`. */
  scope: string
  used: number
  /** The limit of the last use. */
  max_uses: number | null
}

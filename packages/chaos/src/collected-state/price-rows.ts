// Rows about prices and promotions: what orders were priced by, which uses they hold, and what is counted of these.

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
/** What the price of an order was calculated from. */
export interface PriceInputRow {
  order_id: string
  rules_version: number
  input: string
}
export interface PriceRuleSetRow {
  version: number
  rule_set: string
}

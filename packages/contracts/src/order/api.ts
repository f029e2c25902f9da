// The HTTP surface of order: checkout, what became of it, and what operators do.
import type { Endpoint } from '../endpoint.ts'
import { adminOrderApi } from './admin-api.ts'
import { internalOrderApi } from './internal-api.ts'
import { invoiceApi } from './invoices.ts'
import { promotionUsesApi } from './promotion-uses-api.ts'
import { returnPageApi } from './return-page.ts'
import { returnsApi } from './returns.ts'
import { sagaApi } from './saga-api.ts'
import { shopperOrderApi } from './shopper-api.ts'
import { withdrawalApi } from './withdrawals.ts'

export { OrderPage, PromotionFacts } from './internal-api.ts'
export { Invoice, InvoiceKind } from './invoices.ts'
export * from './message.ts'
export { PromotionUse, PromotionUses } from './promotion-uses-api.ts'
export { Return, ReturnLine } from './returns.ts'
export * from './schemas.ts'
export * from './status.ts'
export { Withdrawal, WithdrawalReceipt } from './withdrawals.ts'

export const orderApi = {
  ...shopperOrderApi,
  ...returnPageApi,
  ...adminOrderApi,
  ...sagaApi,
  ...invoiceApi,
  ...returnsApi,
  ...withdrawalApi,
  ...promotionUsesApi,
  ...internalOrderApi,
} satisfies Record<string, Endpoint>

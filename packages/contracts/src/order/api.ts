// The HTTP surface of order: checkout, what became of it, and what operators do.
import type { Endpoint } from '../endpoint.ts'
import { adminOrderApi } from './admin-api.ts'
import { internalOrderApi } from './internal-api.ts'
import { returnPageApi } from './return-page.ts'
import { shopperOrderApi } from './shopper-api.ts'

export { OrderPage } from './internal-api.ts'
export * from './message.ts'
export * from './schemas.ts'

export const orderApi = { ...returnPageApi, ...shopperOrderApi, ...adminOrderApi, ...internalOrderApi } satisfies Record<
  string,
  Endpoint
>

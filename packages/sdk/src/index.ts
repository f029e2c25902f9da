// Typed client of a Cartwright shop.
export type { AuthMethods } from './auth.ts'
export { type Checkout, type Client, createClient } from './client.ts'
export { ApiError, ConnectionError, type DetailsOf, type ErrorCode, isApiError, TimeoutError } from './errors.ts'
export type { ShopMethods } from './generated/shop.ts'
export type * from './generated/types.ts'
export type { ErrorOf, Input, OperationId, Output, Request } from './operation-types.ts'
export type { CallOptions, ClientOptions, ConditionalOptions, KeyedOptions, Paged } from './options.ts'
export type { OrderEvent, OrderEventsOptions } from './order-events.ts'
export {
  type CookieAttributes,
  type Cookies,
  cookieTokens,
  gatewayCookieTokens,
  memoryTokens,
  type StoredTokens,
  type TokenStore,
  type WebStorage,
  webStorageTokens,
} from './token-store.ts'
export type { WaitForPaymentOptions } from './wait-for-payment.ts'

// Catalogue of error codes, the only one: what each means, its HTTP status, what a client does about it, which members its problem adds.
import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import { Id, Money, Nullable, named, OneOf, Sku, Time } from './common.ts'
import { signInErrors } from './identity/sign-in-errors.ts'
import { OrderStatus } from './order/status.ts'
import { ProblemReason } from './pricing/problems.ts'
import { shippingErrors } from './pricing/shipping-errors.ts'

/** Members that the service kit fills in every problem document: an extra member with one of these names would be lost. */
type ReservedMembers = { [member in 'type' | 'title' | 'status' | 'detail' | 'code' | 'instance' | 'traceId']?: never }

interface ErrorKind {
  status: number
  title: string
  /** What a front-end developer does about it; printed in the generated error table. */
  remedy: string
  /** Members that the problem may have beside those of every problem. */
  extras?: TProperties & ReservedMembers & { errors?: never }
}

/** What is wrong with one field of a request. */
export const FieldError = named(
  'FieldError',
  Type.Object({ path: Type.String({ description: 'JSON pointer into the request' }), message: Type.String() }),
)
export type FieldError = Static<typeof FieldError>

const shopperAmount = Type.Integer({ description: 'Minor units of the currency of `total`' })
const orderExtras = {
  orderStatus: OrderStatus,
  sagaState: Type.String({ description: 'State of the checkout saga, for operators’ calls to it' }),
  allowed: Type.Array(Type.String(), { description: 'What the object takes now' }),
}

const kinds = {
  validation_failed: {
    status: 400,
    title: 'The request is not valid',
    remedy: 'Correct the fields named in `errors` and send again.',
    extras: { in: OneOf('body', 'querystring', 'params', 'headers') },
  },
  idempotency_key_missing: {
    status: 400,
    title: 'An Idempotency-Key header is required',
    remedy: 'Send one unique key per intended effect; repeat it on retries.',
  },
  otp_invalid: { status: 400, title: 'The code is wrong, used or expired', remedy: 'Ask for a new code and try again.' },
  signature_invalid: {
    status: 400,
    title: 'The webhook signature is not valid',
    remedy: 'Check the signing secret and the sender’s clock.',
  },
  return_url_not_allowed: {
    status: 400,
    title: 'This return address is not allowed',
    remedy: 'Use an origin listed in CHECKOUT_RETURN_ORIGINS.',
  },
  password_weak: {
    status: 400,
    title: 'The password is too weak',
    remedy: 'Use 8 to 72 bytes and nothing from the list of common passwords.',
  },
  unauthenticated: { status: 401, title: 'Sign in first', remedy: 'Send a valid access token; refresh an expired one.' },
  invalid_credentials: {
    status: 401,
    title: 'E-mail or password is wrong',
    remedy: 'Check both; nothing tells which one is wrong.',
  },
  refresh_token_invalid: { status: 401, title: 'The refresh token is no longer valid', remedy: 'Sign in again.' },
  forbidden: { status: 403, title: 'Your role does not allow this', remedy: 'Sign in with a role that does.' },
  ...signInErrors,
  email_unverified: {
    status: 403,
    title: 'The e-mail address is not verified yet',
    remedy: 'Enter the mailed code, or ask for a new one.',
    extras: { registrationId: Id('reg') },
  },
  account_blocked: { status: 403, title: 'This account is blocked', remedy: 'Contact the shop.' },
  not_found: { status: 404, title: 'There is nothing here', remedy: 'Check the id; objects of others look absent too.' },
  sku_unknown: { status: 404, title: 'No product has this SKU', remedy: 'Read the product again; it may have been withdrawn.' },
  code_unknown: {
    status: 404,
    title: 'There is no such promotion code',
    remedy: 'Check the spelling; upper and lower case and blanks do not matter.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This method is not supported here',
    remedy: 'Use one of the methods in the Allow header.',
    extras: { allowed: orderExtras.allowed },
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    remedy: 'Send the whole request within 15 seconds; the connection has been closed.',
  },
  idempotency_key_in_flight: {
    status: 409,
    title: 'A request with this key is still running',
    remedy: 'Wait for Retry-After and repeat the same request.',
  },
  cart_changed: {
    status: 409,
    title: 'The cart has changed since you read it',
    remedy: 'Read the cart again; with `orderId` it was already ordered.',
    extras: {
      cartVersion: Type.Integer({ description: 'The version of the cart now' }),
      orderId: Type.String({ description: 'The order that this cart became' }),
    },
  },
  price_changed: {
    status: 409,
    title: 'The total is no longer what you expected',
    remedy: 'Show the new total and let the shopper confirm it.',
    extras: { expected: Money, total: Money, lines: Type.Array(Type.Object({ sku: Sku, unitPrice: Money })) },
  },
  ...shippingErrors,
  out_of_stock: {
    status: 409,
    title: 'Not enough stock',
    remedy: 'Lower the quantities named in `shortages`.',
    extras: { shortages: Type.Array(Type.Object({ sku: Sku, requested: Type.Integer(), available: Type.Integer() })) },
  },
  unavailable: {
    status: 409,
    title: 'Something in the cart is no longer sold',
    remedy: 'Remove the lines named in `problems`.',
    extras: { problems: Type.Array(Type.Object({ code: Type.Literal('unavailable'), lineId: Type.String(), sku: Sku })) },
  },
  amount_not_payable: {
    status: 409,
    title: 'This total cannot be paid',
    remedy:
      'Change the cart until its total is at least `minimum` and at most `limit`, in minor units; prices must be multiples of `step`.',
    extras: { total: Money, minimum: shopperAmount, limit: shopperAmount, step: shopperAmount },
  },
  code_not_applicable: {
    status: 409,
    title: 'This promotion code takes nothing off this cart',
    remedy: 'Say why, as `reason` names it, and let the shopper change the cart or go on without the code.',
    extras: { promotionCode: Type.String(), reason: ProblemReason, expected: Money, total: Money },
  },
  too_many_unpaid_orders: {
    status: 409,
    title: 'Too many orders wait for their payment',
    remedy: 'Pay or cancel one of `orderIds`, or wait until the oldest ends by itself, and check out again.',
    extras: { limit: Type.Integer(), orderIds: Type.Array(Type.String()) },
  },
  order_state: {
    status: 409,
    title: 'The order’s state does not allow this',
    remedy: 'Read the order; `allowed` lists the statuses that a call can bring it to now.',
    extras: orderExtras,
  },
  order_disputed: {
    status: 409,
    title: 'The payment of this order is disputed',
    remedy:
      'Wait until the dispute is won, or ship with `despiteDispute`; `allowed` lists the statuses that a call can bring it to now.',
    extras: orderExtras,
  },
  return_not_possible: {
    status: 409,
    title: 'These goods cannot be returned now',
    remedy: 'Return shipped goods until `returnableUntil`, and of each line at most what `returnable` says.',
    extras: {
      returnableUntil: Nullable(Time),
      returnable: Type.Array(Type.Object({ lineId: Type.String(), quantity: Type.Integer() })),
    },
  },
  return_state: {
    status: 409,
    title: 'The return’s state does not allow this',
    remedy: 'Read the return: it is requested, then approved, received and refunded, or rejected.',
    extras: { returnState: Type.String() },
  },
  withdrawal_not_possible: {
    status: 409,
    title: 'This order can no longer be withdrawn from',
    remedy: 'Withdraw until `withdrawableUntil`; an order that was cancelled or has come back as a whole needs no withdrawal.',
    extras: { refusal: OneOf('cancelled', 'returned', 'too_late'), withdrawableUntil: Nullable(Time) },
  },
  over_cancel: {
    status: 409,
    title: 'More than is left to ship cannot be cancelled',
    remedy: 'Cancel of each line at most what `cancellable` says; goods that are shipped come back by a return.',
    extras: { cancellable: Type.Array(Type.Object({ lineId: Type.String(), quantity: Type.Integer() })) },
  },
  over_refund: {
    status: 409,
    title: 'More than was captured cannot be refunded',
    remedy: 'Refund at most `refundable`.',
    extras: { refundable: Money },
  },
  sku_taken: { status: 409, title: 'Another variant has this SKU', remedy: 'Choose another SKU.' },
  variant_taken: {
    status: 409,
    title: 'Another variant of the product has these options',
    remedy: 'Choose other values, or change that variant.',
    extras: { sku: Sku },
  },
  options_in_use: {
    status: 409,
    title: 'Variants of the product would no longer be among its options',
    remedy: 'Change or withdraw the variants named in `skus` first.',
    extras: { skus: Type.Array(Sku) },
  },
  code_taken: {
    status: 409,
    title: 'These promotion codes are taken',
    remedy: 'Choose others for the codes named in `codes`; one code belongs to one promotion.',
    extras: { codes: Type.Array(Type.String()) },
  },
  promotion_automatic: {
    status: 409,
    title: 'This promotion applies without a code',
    remedy: 'Set the trigger of the promotion to `code` first.',
  },
  slug_taken: { status: 409, title: 'This slug is taken', remedy: 'Choose another slug.' },
  category_cycle: {
    status: 409,
    title: 'A category cannot stand below itself',
    remedy: 'Choose a parent outside its own subtree.',
  },
  stock_insufficient: {
    status: 409,
    title: 'The ledger does not allow this change',
    remedy: 'Stock on hand cannot fall below what is reserved.',
  },
  email_taken: { status: 409, title: 'This address belongs to another account', remedy: 'Use another address.' },
  last_admin: {
    status: 409,
    title: 'The last admin cannot be blocked, demoted or closed',
    remedy: 'Make another account an admin first.',
  },
  conflict: { status: 409, title: 'Another request changed this at the same moment', remedy: 'Read it again and repeat.' },
  payload_too_large: { status: 413, title: 'The request body is too large', remedy: 'Send at most 1 MiB.' },
  unsupported_media_type: {
    status: 415,
    title: 'Send JSON',
    remedy: 'Use Content-Type: application/json and no Content-Encoding.',
  },
  cart_empty: { status: 422, title: 'The cart is empty', remedy: 'Add something first.' },
  cart_limit: {
    status: 422,
    title: 'The cart’s limits are reached',
    remedy: 'Respect the limit on lines, quantities or the total that `detail` names.',
    extras: { limit: Type.Integer(), sku: Sku },
  },
  idempotency_key_reused: {
    status: 422,
    title: 'This key was used with another request',
    remedy: 'Use a new key for a new request.',
  },
  request_head_too_large: {
    status: 431,
    title: 'The request line or its headers are too large',
    remedy: 'Send less than 16 KiB of address and headers.',
  },
  rate_limited: { status: 429, title: 'Too many requests', remedy: 'Wait for Retry-After.' },
  too_many_streams: {
    status: 429,
    title: 'Too many streams are open',
    remedy: 'Close a stream of this caller, or wait for Retry-After; until then read without a stream.',
    extras: { limit: Type.Integer() },
  },
  too_many_attempts: { status: 429, title: 'Too many attempts', remedy: 'Wait for Retry-After.' },
  internal: { status: 500, title: 'Something went wrong on our side', remedy: 'Try again; report `traceId` when it stays.' },
  upstream_unavailable: {
    status: 503,
    title: 'A part of the shop cannot answer right now',
    remedy: 'Try again in a few seconds.',
  },
  tax_unavailable: {
    status: 503,
    title: 'The taxes of this destination cannot be read right now',
    remedy: 'Try again in a few seconds. The total of a cart with this problem is not final.',
  },
} satisfies Record<string, ErrorKind>

/** Every stable error code of the public surface. */
export type ErrorCode = keyof typeof kinds

/** Code → status, title, remedy and extra members. The only place where a status is chosen. */
export const errorKinds: Readonly<Record<ErrorCode, ErrorKind>> = kinds
export const errorCodes = Object.keys(kinds) as ErrorCode[]

type Members<P> = { [member in keyof P]?: P[member] extends TSchema ? Static<P[member]> : never }

/** Extra members of the problem of a code, such as `shortages` or `orderId`. `errors` names fields, as for any request that is not valid. */
export type ProblemExtras<Code extends ErrorCode = ErrorCode> = Code extends ErrorCode
  ? ReservedMembers & { errors?: FieldError[] } & ((typeof kinds)[Code] extends { extras: infer P } ? Members<P> : unknown)
  : never

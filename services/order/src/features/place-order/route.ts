// Places an order: reads cart, prices and stock, and commits order, saga, idempotency key and events in one transaction.
import { randomBytes } from 'node:crypto'
import {
  AppError,
  acceptedLocales,
  cartApi,
  cartLimit,
  catalogApi,
  chooseLocale,
  type Destination,
  type InternalVariant,
  type Language,
  languageOf,
  type OpenCart,
  orderApi,
  orderEvents,
  type PlaceOrder,
  type PriceRules,
} from '@cartwright/contracts'
import { ConflictError, type Tx } from '@cartwright/db'
import { hasErased, publish } from '@cartwright/messaging'
import { destinationOf } from '@cartwright/pricing'
import { clientAddressOf, findTaxedRules, networkOf, type Principal, type RouteRequest } from '@cartwright/service-kit'
import { orderLinesColumn, orderTaxesColumn, shippingOptionColumn } from '../../db/json-columns.ts'
import { insertOrder, type OrderRow } from '../../db/orders.ts'
import { insertPriceInput, insertRuleSet } from '../../db/price-inputs.ts'
import { type OrderDeps, route } from '../../deps.ts'
import { checkoutSaga, stockRequestOf } from '../../domain/checkout-saga/effects.ts'
import { orderNumber } from '../../domain/order.ts'
import { viewPlaced } from '../../domain/order-view.ts'
import { readPromotionFacts } from '../../domain/promotion-facts.ts'
import type { PromotionFacts } from '../../domain/promotion-uses.ts'
import { signTicket, ticketKey } from '../../domain/return-ticket.ts'
import { type Decided, decideOrder } from './decide.ts'
import { findOrderOfCart } from './find-ordered.ts'
import { orderContact } from './order-contact.ts'
import { assertFirstOrder, type Buyer, OutdatedDecision, takeUses } from './promotions.ts'
import { returnUrls } from './return-urls.ts'
import { clientHash, refuseTooManyUnpaid } from './unpaid.ts'

/** What a cart replica of the release before does not say: it knows neither codes nor shipping. */
const noChoices = { codes: [], destination: null, shippingOptionId: null } satisfies Partial<OpenCart>

const readOpenCart = async (principal: Principal, { services }: OrderDeps): Promise<OpenCart | null> => {
  const query = { principalId: principal.id }
  const open = await services.cart.read(cartApi.internalOpenCart, { query }, { onBehalfOf: principal })
  return open && { ...noChoices, ...open }
}

const readVariants = async (cart: OpenCart, principal: Principal, deps: OrderDeps): Promise<InternalVariant[]> => {
  const query = { skus: cart.lines.map((line) => line.sku).join(','), currency: cart.currency }
  const answer = await deps.services.catalog.read(catalogApi.internalVariants, { query }, { onBehalfOf: principal })
  if (answer === null) throw new AppError('upstream_unavailable')
  return answer.items
}

/**
 * The rule set, and the same with the tax rates of where the goods go. The postal code is that of the address: it does not belong to the
 * shopper's choice. @throws AppError tax_unavailable when the tax provider cannot answer
 */
const readRules = async (cart: OpenCart, address: Destination, { priceRules, taxProvider, clock }: OrderDeps) => {
  const ruleSet = await priceRules.read()
  const destination = { ...address, ...cart.destination, ...(address.postalCode && { postalCode: address.postalCode }) }
  const rules = await findTaxedRules(taxProvider, ruleSet, { destination, currency: cart.currency, at: clock.now() })
  if (rules === null) throw new AppError('tax_unavailable', { retryAfterSec: 5 })
  return { ruleSet, rules }
}

/** Checks the cart, reads its variants from catalog and decides. */
const readAndDecide = async (
  buyer: Buyer,
  body: PlaceOrder & { language: Language },
  cart: OpenCart | null,
  deps: OrderDeps,
): Promise<Pick<Placement, 'cart' | 'decided' | 'limits'>> => {
  if (cart === null || cart.lines.length === 0) throw new AppError('cart_empty')
  // The hosted payment page shows no more lines.
  if (cart.lines.length > cartLimit)
    throw new AppError('cart_limit', { detail: `an order takes at most ${cartLimit} lines`, extra: { limit: cartLimit } })
  const address = destinationOf(body.shippingAddress)
  const { ruleSet, rules } = await readRules(cart, address, deps)
  const [variants, promotions] = await Promise.all([
    readVariants(cart, buyer.principal, deps),
    readPromotionFacts(
      cart.codes.map(({ code }) => code),
      buyer,
      ruleSet,
      deps,
    ),
  ])
  const pricing = { at: deps.clock.now(), rules, promotions, minimums: deps.minimums }
  const limits = { rules: ruleSet, codes: promotions.codes }
  return { cart, limits, decided: decideOrder({ ...body, destination: address }, cart, variants, pricing) }
}

interface Placement {
  orderId: string
  principal: Principal
  cart: OpenCart
  body: PlaceOrder
  email: string
  /** Of mails about the order, and of its page. */
  locale: string
  decided: Decided
  /** What limits the uses of the promotions. The price was calculated by these rules. */
  limits: { rules: PriceRules; codes: PromotionFacts['codes'] }
  urlsOf: ReturnType<typeof returnUrls>
  /** A guest's client address, hashed; null for customers. */
  client: string | null
}

const priceColumns = ({ lines, totals, taxIncluded, taxes, shippingOption }: Decided) => ({
  subtotal_minor: totals.subtotal.amountMinor,
  shipping_minor: totals.shipping.amountMinor,
  tax_minor: totals.tax.amountMinor,
  discount_minor: totals.discount.amountMinor,
  total_minor: totals.total.amountMinor,
  tax_included: taxIncluded ? (1 as const) : (0 as const),
  order_lines: orderLinesColumn.stringify(lines),
  order_taxes: orderTaxesColumn.stringify(taxes),
  shipping_option: shippingOption && shippingOptionColumn.stringify(shippingOption),
})

/** Keeps what the price was calculated from, so that it can be calculated again. */
const freezePrice = (
  tx: Tx,
  { orderId, decided: { request }, limits: { rules: ruleSet } }: Placement,
  { priceRules }: OrderDeps,
): void => {
  insertPriceInput(tx, orderId, { request, ruleSet })
  if (priceRules.isFrozen(ruleSet.version)) return
  insertRuleSet(tx, ruleSet)
  tx.afterCommit(() => priceRules.setFrozen(ruleSet.version))
}

const rowFrom = (
  { orderId, principal, cart, body, email, locale, decided, urlsOf, client }: Placement,
  number: string,
  placedAt: Date,
  deps: OrderDeps,
) => ({
  id: orderId,
  number,
  principal_id: principal.id,
  principal_role: principal.role,
  cart_id: cart.id,
  cart_version: cart.version,
  reservation_id: deps.newId('res'),
  payment_status: decided.paymentStatus,
  email,
  locale,
  currency: cart.currency,
  ...priceColumns(decided),
  addresses: JSON.stringify({ shipping: body.shippingAddress, billing: body.billingAddress ?? null }),
  success_url: urlsOf({ id: orderId, number }).successUrl,
  cancel_url: urlsOf({ id: orderId, number }).cancelUrl,
  client_hash: client,
  hold_until: new Date(placedAt.getTime() + deps.config.holdSec * 1000),
  created_at: placedAt,
})

const save = async (tx: Tx, placement: Placement, deps: OrderDeps): Promise<OrderRow> => {
  const { cart, principal, email, decided, limits, client } = placement
  const buyer = { principal, email }
  // The access token may be older than the closing of its account.
  if (await hasErased(tx, principal.id)) throw new AppError('unauthenticated', { detail: 'the account is closed' })
  await refuseTooManyUnpaid(tx, { principalId: principal.id, client }, deps)
  await assertFirstOrder(tx, buyer, decided, limits.rules, deps)
  const row = insertOrder(tx, rowFrom(placement, orderNumber(randomBytes(8)), deps.clock.now(), deps))
  freezePrice(tx, placement, deps)
  await publish(tx, orderEvents.placed, {
    orderId: row.id,
    number: row.number,
    principal: { id: principal.id, role: principal.role },
    cartId: cart.id,
    cartVersion: cart.version,
    currency: cart.currency,
    lines: decided.lines,
    totals: decided.totals,
    placedAt: row.created_at.toISOString(),
  })
  await publish(tx, orderEvents.stockRequested, stockRequestOf(row))
  await checkoutSaga.start(tx, row.id, deps, [])
  if (row.payment_status === 'not_required') await checkoutSaga.feed(tx, row.id, 'nothingDue', undefined, deps)
  await takeUses(tx, { orderId: row.id, buyer, discounts: decided.discounts }, { ...limits.rules, codes: limits.codes }, deps)
  tx.afterCommit(() => deps.counters.placed.inc({ currency: row.currency }))
  return row
}

const isTaken = (error: unknown, key: string): boolean => error instanceof ConflictError && error.key === key

/** Retries once with another order number when the random one is taken. */
const withFreshNumber = async <T>(place: () => Promise<T>): Promise<T> => {
  try {
    return await place()
  } catch (error) {
    if (!isTaken(error, 'customer_order_number')) throw error
    return place()
  }
}

/** Decides again, with what has changed, when a promotion was used up or a first order placed meanwhile. */
const withFreshDecision = async <T>(place: () => Promise<T>, tries = 3): Promise<T> => {
  try {
    return await place()
  } catch (error) {
    if (!(error instanceof OutdatedDecision)) throw error
    if (tries === 1) throw new AppError('conflict', { detail: 'promotions of this cart are being used at the same time' })
    return withFreshDecision(place, tries - 1)
  }
}

/** The locale that the request names, else that of the account, else what the browser accepts. */
const localeFor = (
  { body, headers }: RouteRequest<typeof orderApi.placeOrder>,
  account: string | null,
  deps: OrderDeps,
): string => body.locale ?? account ?? chooseLocale(acceptedLocales(headers['accept-language']), deps.shared.locale)

const ticketFor = (orderId: string, { shared, clock, config }: OrderDeps): string =>
  signTicket(ticketKey(shared.internalAuthSecret), orderId, new Date(clock.now().getTime() + config.returnTicketSec * 1000))

/** Guests are also counted by client address; customers are counted by account only. */
const clientOf = ({ principal, ip, headers }: RouteRequest<typeof orderApi.placeOrder>, { shared }: OrderDeps): string | null =>
  principal.role === 'guest' ? clientHash(shared.internalAuthSecret, networkOf(clientAddressOf({ ip, headers }))) : null

export const placeOrder = route(
  orderApi.placeOrder,
  async ({ request, deps, idempotentTx }) => {
    const { principal, body } = request
    const { publicUrl, returnOrigins, environment } = deps.shared
    const orderId = deps.newId('ord')
    const [contact, open] = await Promise.all([orderContact(principal, body.email, deps), readOpenCart(principal, deps)])
    const locale = localeFor(request, contact.locale, deps)
    // A locale that the shop does not write reads the shop's own language, as mails do.
    const language = languageOf(chooseLocale([locale], deps.shared.locale))
    const urlsOf = returnUrls(body, {
      publicUrl,
      allowedOrigins: returnOrigins,
      production: environment === 'production',
      locale,
      ticket: ticketFor(orderId, deps),
    })
    try {
      const { email } = contact
      const client = clientOf(request, deps)
      return await withFreshDecision(async () => {
        const decision = await readAndDecide({ principal, email }, { ...body, language }, open, deps)
        const placement = { orderId, principal, body, email, locale, urlsOf, client, ...decision }
        return withFreshNumber(() => idempotentTx(async (tx) => viewPlaced(await save(tx, placement, deps), deps)))
      })
    } catch (error) {
      if (!isTaken(error, 'customer_order_cart') && !(error instanceof AppError && error.status < 500)) throw error
      // For a second checkout of a cart the existing order is more helpful than any other refusal.
      const ordered = await findOrderOfCart(deps.db, { principalId: principal.id, body, open })
      throw ordered
        ? new AppError('cart_changed', { detail: 'this cart was already ordered: see orderId', extra: { orderId: ordered.id } })
        : error
    }
  },
  { admission: ({ checkoutQueue }) => checkoutQueue },
)

// Test fixtures of order: HTTP fakes of identity, cart and catalog, shoppers with carts, and the events that bring an order to a state.
import {
  catalogEvents,
  type DataOf,
  type EventContract,
  type InternalPromotionCode,
  type InternalVariant,
  type OpenCart,
  orderEvents,
  paymentEvents,
  type RefundOrigin,
} from '@cartwright/contracts'
import type { Environment, Principal } from '@cartwright/service-kit'
import { type CallOptions, sealKeys, startUnderTest, type TestResponse } from '@cartwright/testing'
import { orderService } from './index.ts'

/** A shopper, with the e-mail address of the account. */
interface TestShopper extends Principal {
  email?: string
}

export const admin = { id: 'usr_admin01', role: 'admin' } as const satisfies Principal

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })

export const anAddress = { name: 'Dana Field', line1: '1 Quay', city: 'Porto', postalCode: '4000', country: 'PT' } as const

export interface Wire {
  /** Open carts by principal; absent: 404. */
  carts: Map<string, OpenCart>
  /** Instead of a principal's cart: a fresh one at each read, for a shopper with several carts. */
  freshCarts: Map<string, () => OpenCart>
  variants: Map<string, InternalVariant>
  /** Promotion codes as catalog knows them, by their normal form. */
  codes: Map<string, InternalPromotionCode>
  /** Accounts as identity has them, where they differ from the token or from an open account. */
  accounts: Map<string, { email?: string | null; locale?: string; blocked?: boolean; closed?: boolean } | null>
  /** Services that were read, in order. */
  reads: string[]
  /** Services that answer 503 for now. */
  down: Set<'identity' | 'cart' | 'catalog'>
}

const anAccount = (id: string) => ({
  id,
  role: 'customer',
  email: `${id}@example.com`,
  name: 'Dana Field',
  locale: 'en',
  verified: true,
  blocked: false,
  closed: false,
})

const upstreams = ({ accounts, carts, freshCarts, variants, codes, down, reads }: Wire) => ({
  identity: {
    'GET /internal/users/:userId': ({ params }: { params: Record<string, string> }) => {
      const { userId = '' } = params
      reads.push('identity')
      if (down.has('identity')) throw new Error('down')
      const known = accounts.get(userId)
      return known === null ? null : { ...anAccount(userId), ...known }
    },
  },
  cart: {
    'GET /internal/carts/open': ({ query }: { query: Record<string, string> }) => {
      reads.push('cart')
      if (down.has('cart')) throw new Error('down')
      return freshCarts.get(query.principalId ?? '')?.() ?? carts.get(query.principalId ?? '') ?? null
    },
  },
  catalog: {
    'GET /internal/variants': ({ query }: { query: Record<string, string> }) => {
      reads.push('catalog')
      if (down.has('catalog')) throw new Error('down')
      return { items: (query.skus ?? '').split(',').flatMap((sku) => variants.get(sku) ?? []) }
    },
    'GET /internal/promotion-codes': ({ query }: { query: Record<string, string> }) => {
      reads.push('codes')
      if (down.has('catalog')) throw new Error('down')
      return { items: (query.codes ?? '').split(',').flatMap((code) => codes.get(code) ?? []) }
    },
  },
})

const suffix = () => Math.random().toString(36).slice(2, 10).padEnd(8, '0')

/** A variant that is sold. */
export const aVariant = (more: Partial<InternalVariant> = {}): InternalVariant => ({
  sku: `SKU-${suffix().toUpperCase()}`,
  variantId: `var_${suffix()}`,
  productId: `prd_${suffix()}`,
  productSlug: 'harbour-mug',
  productName: 'Harbour mug',
  name: 'Harbour mug',
  options: {},
  imageUrl: null,
  sellable: true,
  categoryIds: [],
  price: eur(1000),
  available: 100,
  taxClass: 'standard',
  weightGrams: 0,
  requiresShipping: true,
  ...more,
})

/** Starts order with its fakes. @param env further variables */
export const startOrder = async (env: Environment = {}) => {
  const wire: Wire = {
    accounts: new Map(),
    carts: new Map(),
    freshCarts: new Map(),
    variants: new Map(),
    codes: new Map(),
    reads: [],
    down: new Set(),
  }
  const { publicJwk } = await sealKeys()
  const t = await startUnderTest(orderService, { env: { SEAL_PUBLIC_JWK: publicJwk, ...env }, upstreams: upstreams(wire) })

  const anItem = (more: Partial<InternalVariant> = {}) => {
    const variant = aVariant(more)
    wire.variants.set(variant.sku, variant)
    return variant
  }
  const aShopper = (role: 'guest' | 'customer' = 'customer'): TestShopper => {
    const id = `${role === 'guest' ? 'gst' : 'usr'}_${suffix()}`
    return role === 'guest' ? { id, role } : { id, role, email: anAccount(id).email }
  }
  const fillCart = (
    shopper: TestShopper,
    items: readonly { sku: string; quantity: number }[],
    version = 3,
    more: Partial<OpenCart> = {},
  ): OpenCart => {
    const lines = items.map(({ sku, quantity }) => ({ id: `lin_${suffix()}`, sku, quantity }))
    const choice = { destination: null, shippingOptionId: null, codes: [] }
    const cart: OpenCart = { id: `crt_${suffix()}`, version, currency: 'EUR', ...choice, lines, ...more }
    wire.carts.set(shopper.id, cart)
    return cart
  }
  const totalOf = (cart: OpenCart) =>
    eur(cart.lines.reduce((sum, line) => sum + (wire.variants.get(line.sku)?.price?.amountMinor ?? 0) * line.quantity, 0))
  const checkout = (
    shopper: TestShopper,
    more: Record<string, unknown> = {},
    options: CallOptions = {},
  ): Promise<TestResponse> => {
    const cart = wire.carts.get(shopper.id)
    const request = cart ? { cartVersion: cart.version, expectedTotal: totalOf(cart) } : {}
    return t.as(shopper).post('/v1/checkout', { ...request, shippingAddress: anAddress, ...more }, options)
  }

  /** An order of two pieces for 20 euros, reserving. */
  const aPlacedOrder = async (
    shopper = aShopper(),
    quantity = 2,
    more: Record<string, unknown> = {},
    codes: OpenCart['codes'] = [],
  ) => {
    const item = anItem()
    const cart = fillCart(shopper, [{ sku: item.sku, quantity }])
    cart.codes.push(...codes)
    const placed = await checkout(shopper, more)
    if (placed.status !== 201) throw new Error(`checkout answered ${placed.status}: ${placed.text}`)
    wire.carts.delete(shopper.id)
    await t.idle()
    const requests = await t.published(orderEvents.stockRequested)
    const reservationId = requests.find((request) => request.orderId === placed.body.id)?.reservationId ?? ''
    return {
      id: String(placed.body.id),
      number: String(placed.body.number),
      shopper,
      cart,
      item,
      reservationId,
      total: eur(1000 * quantity),
    }
  }
  type Placed = Awaited<ReturnType<typeof aPlacedOrder>>

  /** Every event of a test arrives twice, as after a crash between commit and acknowledgement. */
  const receive = <E extends EventContract>(event: E, data: DataOf<E>) => t.receive(event, data, { twice: true })

  /** What catalog and payment would answer about an order. */
  const answersTo = ({ id, number, reservationId, total, shopper }: Placed) => {
    const ids = { orderId: id, reservationId }
    const pay = { orderId: id, paymentId: `pay_${id.slice(4)}` }
    const about = { ...pay, number, recipient: { email: shopper.email ?? 'guest@example.net' }, locale: 'en' }
    const inMinutes = (minutes: number) => new Date(t.clock.now().getTime() + minutes * 60_000).toISOString()
    return {
      reserved: () => receive(catalogEvents.stockReserved, { ...ids, heldUntil: inMinutes(60) }),
      rejected: (what: 'reserve' | 'commit') => receive(catalogEvents.stockRejected, { ...ids, rejected: what, shortages: [] }),
      committed: () => receive(catalogEvents.stockCommitted, ids),
      lapsed: () => receive(catalogEvents.stockReleased, { ...ids, reason: 'lapsed' }),
      opened: () =>
        receive(paymentEvents.sessionOpened, {
          ...pay,
          attempt: 1,
          url: `https://pay.example/${id}`,
          expiresAt: inMinutes(31),
        }),
      declined: () =>
        receive(paymentEvents.attemptDeclined, {
          ...about,
          attempt: 1,
          declineCode: 'card_declined',
          amount: total,
          payUrl: null,
        }),
      succeeded: () => receive(paymentEvents.succeeded, { ...pay, amount: total, at: inMinutes(0) }),
      failed: () => receive(paymentEvents.failed, { ...about, amount: total, reason: 'no' }),
      expired: () => receive(paymentEvents.expired, { ...pay, amount: total, reason: 'closed' }),
      reviewed: (gotMinor: number) => receive(paymentEvents.reviewRequired, { ...about, expected: total, got: eur(gotMinor) }),
      refunded: (refundId: string, amountMinor: number, origin: RefundOrigin = 'order') =>
        receive(paymentEvents.refundSucceeded, {
          ...about,
          refundId,
          amount: eur(amountMinor),
          refundedTotal: eur(amountMinor),
          captured: total,
          origin,
        }),
      refundFailed: (refundId: string, amountMinor: number) =>
        receive(paymentEvents.refundFailed, { ...about, refundId, amount: eur(amountMinor), reason: 'bank' }),
      disputed: (disputeId = 'dp_1', amount = total) =>
        receive(paymentEvents.disputeOpened, {
          ...about,
          disputeId,
          amount,
          reason: 'fraudulent',
          dueAt: inMinutes(60),
        }),
      disputeClosed: (outcome: 'won' | 'lost', disputeId = 'dp_1', amount = total) =>
        receive(paymentEvents.disputeClosed, { ...about, disputeId, amount, outcome }),
    }
  }

  /** Brings a new order to a state of its saga. */
  const anOrderIn = async (
    state: 'reserving' | 'opening' | 'paying' | 'committing' | 'processing',
    shopper?: Principal,
    quantity = 2,
  ) => {
    const order = await aPlacedOrder(shopper, quantity)
    const answers = answersTo(order)
    const way = [answers.reserved, answers.opened, answers.succeeded, answers.committed]
    const steps = { reserving: 0, opening: 1, paying: 2, committing: 3, processing: 4 }[state]
    for (const step of way.slice(0, steps)) await step()
    return answering(order)
  }

  /** An order with the answers to it and with what its shopper and operators do. */
  const answering = (order: Placed) => {
    const read = async () => (await t.as(admin).get(`/v1/admin/orders/${order.id}`)).body
    const saga = async () => (await t.as(admin).get(`/v1/admin/sagas/${order.id}`)).body
    const payment = async () => (await t.as(order.shopper).get(`/v1/orders/${order.id}/payment`)).body
    const cancel = (key?: string) =>
      t.as(order.shopper).post(`/v1/orders/${order.id}/cancel`, { reason: 'changed my mind' }, key === undefined ? {} : { key })
    return { ...order, ...answersTo(order), read, saga, payment, cancel }
  }

  /** Data of this order's events of one type. */
  const eventsOf = async <E extends Parameters<typeof t.published>[0]>(event: E, orderId: string) =>
    (await t.published(event)).filter((data) => (data as { orderId: string }).orderId === orderId)

  return {
    t,
    wire,
    anItem,
    aShopper,
    fillCart,
    totalOf,
    checkout,
    aPlacedOrder,
    anOrderIn,
    answering,
    eventsOf,
    stop: () => t.stop(),
  }
}
export type OrderUnderTest = Awaited<ReturnType<typeof startOrder>>

// What cart's tests are built from: a shopper, a product that catalog announced, an order, and one cart service under test.
import { randomBytes } from 'node:crypto'
import { catalogEvents, type DataOf, type orderEvents, totalsOf } from '@cartwright/contracts'
import type { Environment, Principal } from '@cartwright/service-kit'
import { type FakeRoutes, startUnderTest, type UnderTest } from '@cartwright/testing'
import type { CartLine, CartState, View, Views } from './cart.ts'
import { cartService } from './index.ts'

const tail = () => randomBytes(8).toString('hex')

export const aGuest = (): Principal => ({ id: `gst_${tail()}`, role: 'guest' })
export const aCustomer = (): Principal => ({ id: `usr_${tail()}`, role: 'customer' })
export const aSku = (): string => `SKU-${tail().toUpperCase()}`

/** A cart service alone, with nothing in it and catalog answering what `catalog` says. */
export const startCart = (catalog: FakeRoutes = {}, env: Environment = {}): Promise<UnderTest> =>
  startUnderTest(cartService, { upstreams: { catalog }, env })

type ProductChanged = DataOf<typeof catalogEvents.productChanged>
type OrderPlaced = DataOf<typeof orderEvents.placed>

export interface ProductWish {
  sku: string
  prices?: Record<string, number>
  version?: number
  status?: 'active' | 'archived' | 'draft'
  productId?: string
}

/** The announcement of a product with one variant. */
export const aProduct = ({
  sku,
  prices = { EUR: 1000 },
  version = 1,
  status = 'active',
  productId,
}: ProductWish): ProductChanged => ({
  productId: productId ?? `prd_${sku.slice(4).toLowerCase()}`,
  version,
  slug: sku.toLowerCase(),
  name: `Thing ${sku}`,
  description: '',
  status,
  deleted: false,
  categories: [],
  images: [{ url: '/v1/images/thing', alt: 'a thing' }],
  options: [],
  withdrawnSkus: [],
  createdAt: '2026-11-24T00:00:00.000Z',
  updatedAt: '2026-11-24T00:00:00.000Z',
  variants: [
    {
      id: `var_${sku.slice(4).toLowerCase()}`,
      sku,
      name: '',
      options: {},
      prices: Object.entries(prices).map(([currency, amountMinor]) => ({ amountMinor, currency })),
    },
  ],
})

export const aStockLevel = (sku: string, available: number, version = 1) => ({
  sku,
  productId: `prd_${sku.slice(4).toLowerCase()}`,
  version,
  onHand: available + 1,
  reserved: 1,
  available,
})

/** Announces a product and its stock. @returns its SKU */
export const announce = async (t: UnderTest, wish: Partial<ProductWish> & { available?: number } = {}): Promise<string> => {
  const sku = wish.sku ?? aSku()
  await t.receive(catalogEvents.productChanged, aProduct({ ...wish, sku }))
  await t.receive(catalogEvents.stockChanged, aStockLevel(sku, wish.available ?? 1000, wish.version ?? 1))
  return sku
}

export interface CartAnswer {
  id: string
  version: number
  currency: string
  lines: { sku: string; quantity: number; unitPrice: { amountMinor: number; currency: string } | null }[]
}

/** What order says when it has ordered the cart as it was answered. */
export const orderOf = (principal: Principal, cart: CartAnswer, orderId = `ord_${tail()}`): OrderPlaced => {
  const { currency } = cart
  const lines = cart.lines.map(({ sku, quantity, unitPrice }) => {
    const price = unitPrice ?? { amountMinor: 0, currency }
    return { sku, name: sku, quantity, unitPrice: price, lineTotal: { amountMinor: price.amountMinor * quantity, currency } }
  })
  return {
    orderId,
    number: 'CW-TEST-TEST',
    principal: { id: principal.id, role: principal.role },
    cartId: cart.id,
    cartVersion: cart.version,
    currency,
    lines,
    totals: totalsOf(currency, lines),
    placedAt: '2026-11-24T00:00:00.000Z',
  }
}

/** What order says when it has cancelled. */
export const cancellationOf = (placed: OrderPlaced, paid = false): DataOf<typeof orderEvents.cancelled> => {
  const { orderId, number, principal, cartId, currency, lines, totals } = placed
  return {
    orderId,
    number,
    principal,
    cartId,
    currency,
    lines,
    totals,
    recipient: { email: 'gia@example.net' },
    locale: 'en',
    reason: paid ? 'customer' : 'payment_expired',
    paid,
  }
}

export const quantities = (cart: { lines: readonly { sku: string; quantity: number }[] }): Record<string, number> =>
  Object.fromEntries(cart.lines.map(({ sku, quantity }) => [sku, quantity]))

export const aLine = (sku: string, quantity = 1, seenMinor: number | null = 1000): CartLine => ({
  id: `lin_${sku.toLowerCase()}`,
  sku,
  quantity,
  seenMinor,
})
export const aCart = (lines: readonly CartLine[], currency = 'EUR'): CartState => ({
  id: 'crt_000001',
  version: 1,
  currency,
  lines,
})
export const aView = (
  sku: string,
  prices: Record<string, number> = { EUR: 1000 },
  available: number | null = 10,
  sellable = true,
): [string, View] => [
  sku,
  {
    variant: {
      sku,
      productId: 'prd_000001',
      name: sku,
      imageUrl: null,
      sellable,
      version: 1,
      prices: Object.entries(prices).map(([currency, amountMinor]) => ({ amountMinor, currency })),
    },
    stock: available === null ? null : { available, version: 1 },
  },
]
export const views = (...entries: [string, View][]): Views => new Map(entries)

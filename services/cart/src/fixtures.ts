// Fixtures of cart’s tests: principals, events of catalog and order, and a cart service under test.
import { randomBytes } from 'node:crypto'
import { catalogEvents, type DataOf, type orderEvents, type Promotion } from '@cartwright/contracts'
import { emptyRules, price } from '@cartwright/pricing'
import type { Environment, Principal } from '@cartwright/service-kit'
import { type FakeRoutes, startUnderTest, type UnderTest } from '@cartwright/testing'
import type { CartLine, CartState, View } from './db/stored-cart.ts'
import type { Views } from './domain/cart.ts'
import { cartService } from './index.ts'

const tail = () => randomBytes(8).toString('hex')

export const aGuest = (): Principal => ({ id: `gst_${tail()}`, role: 'guest' })
export const aCustomer = (): Principal => ({ id: `usr_${tail()}`, role: 'customer' })
export const aSku = (): string => `SKU-${tail().toUpperCase()}`

/** Starts an empty cart service; `catalog` and `order` answer its calls. Without `order` cart knows no address of it. */
export const startCart = (catalog: FakeRoutes = {}, env: Environment = {}, order?: FakeRoutes): Promise<UnderTest> =>
  startUnderTest(cartService, { upstreams: { catalog, ...(order && { order }) }, env })

type ProductChanged = DataOf<typeof catalogEvents.productChanged>
type OrderPlaced = DataOf<typeof orderEvents.placed>

interface ProductInput {
  sku: string
  prices?: Record<string, number>
  version?: number
  status?: 'active' | 'archived' | 'draft'
  productId?: string
}

/** Event of a product with one variant. */
export const aProduct = ({
  sku,
  prices = { EUR: 1000 },
  version = 1,
  status = 'active',
  productId,
}: ProductInput): ProductChanged => ({
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

/** Event of price rules with one promotion: so many percent off what its conditions mean. */
export const aSale = (
  version: number,
  percent: number,
  conditions: Promotion['conditions'] = {},
): DataOf<typeof catalogEvents.priceRulesChanged> => {
  const sale: Promotion = {
    id: 'prm_000001',
    name: 'Sale',
    trigger: 'automatic',
    effect: { kind: 'percent', percent },
    conditions,
    priority: 0,
    exclusive: false,
  }
  return { shopId: 'shop', rules: { ...emptyRules, version, promotions: [sale] } }
}

/** A promotion of so many percent that needs a code. */
export const aCodePromotion = (id: string, percent: number, more: Partial<Promotion> = {}): Promotion => ({
  id,
  name: `Sale ${percent}`,
  trigger: 'code',
  effect: { kind: 'percent', percent },
  conditions: {},
  priority: 0,
  exclusive: false,
  ...more,
})

/** Publishes a product and its stock. @returns its SKU */
export const publishProduct = async (
  t: UnderTest,
  input: Partial<ProductInput> & { available?: number } = {},
): Promise<string> => {
  const sku = input.sku ?? aSku()
  await t.receive(catalogEvents.productChanged, aProduct({ ...input, sku }))
  await t.receive(catalogEvents.stockChanged, aStockLevel(sku, input.available ?? 1000, input.version ?? 1))
  return sku
}

interface CartAnswer {
  id: string
  version: number
  currency: string
  lines: { sku: string; quantity: number; unitPrice: { amountMinor: number; currency: string } | null }[]
}

/** Event of an order of the cart as it was answered. */
export const orderOf = (principal: Principal, cart: CartAnswer, orderId = `ord_${tail()}`): OrderPlaced => {
  const { currency } = cart
  const asked = cart.lines.map(({ sku, quantity, unitPrice }) => ({
    id: sku,
    sku,
    quantity,
    unitPrice: unitPrice ?? { amountMinor: 0, currency },
  }))
  const { lines, totals } = price({ lines: asked, currency, codes: [], at: new Date(0), rules: emptyRules })
  const { taxIncluded: _, ...amounts } = totals
  return {
    orderId,
    number: 'CW-TEST-TEST',
    principal: { id: principal.id, role: principal.role },
    cartId: cart.id,
    cartVersion: cart.version,
    currency,
    lines: lines.map(({ id: _id, ...line }) => ({ name: line.sku, ...line })),
    totals: amounts,
    placedAt: '2026-11-24T00:00:00.000Z',
  }
}

/** Event of the cancellation of an order. */
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
  destination: null,
  shippingOptionId: null,
  lines,
  codes: [],
  hasOrdered: false,
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
      variantId: 'var_000001',
      productSlug: sku.toLowerCase(),
      options: {},
      name: sku,
      imageUrl: null,
      sellable,
      categoryIds: [],
      taxClass: 'standard',
      weightGrams: 0,
      requiresShipping: true,
      version: 1,
      prices: Object.entries(prices).map(([currency, amountMinor]) => ({ amountMinor, currency })),
    },
    stock: available === null ? null : { available, version: 1 },
  },
]
export const views = (...entries: [string, View][]): Views => new Map(entries)

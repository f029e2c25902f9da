// Facts that catalog announces: what is sold, what is in stock, and its answers to requests for stock.
import { type Static, Type } from 'typebox'
import { Id, named, OneOf, Price, Sku, Time } from '../common.ts'
import { publisher } from '../event.ts'
import { OrderId, ReservationId, StockLine } from '../order/lines.ts'
import { PriceRules, TaxClass } from '../pricing/rules.ts'
import { ProductOption, ProductStatus, ProductTranslations, WeightGrams } from './schemas.ts'

const catalog = publisher('catalog', 'catalog.events')
const ofOrder = { aggregate: 'reservation', key: 'orderId' } as const

export const ProductImage = named(
  'ProductImage',
  Type.Object({ url: Type.String({ maxLength: 500 }), alt: Type.String({ maxLength: 300 }) }),
)
export type ProductImage = Static<typeof ProductImage>
/** An event of an older catalog has no pictures of variants, no weight, and does not say whether the variant is shipped: it weighs 0 and is shipped. */
export const VariantState = named(
  'VariantState',
  Type.Object({
    id: Id('var'),
    sku: Sku,
    name: Type.String(),
    options: Type.Record(Type.String(), Type.String()),
    images: Type.Optional(Type.Array(ProductImage)),
    prices: Type.Array(Price),
    /** Prices that are shown struck through, by currency. */
    compareAt: Type.Optional(Type.Array(Price)),
    weightGrams: Type.Optional(WeightGrams),
    requiresShipping: Type.Optional(Type.Boolean()),
  }),
)

const reservationAnswer = { orderId: OrderId, reservationId: ReservationId }

export const catalogEvents = {
  /** The whole public state; readers skip a version older than the one they know. `deleted` products are no longer sold. */
  productChanged: catalog(
    'catalog.product-changed',
    1,
    { aggregate: 'product', key: 'productId' },
    Type.Object({
      productId: Id('prd'),
      version: Type.Integer(),
      slug: Type.String(),
      name: Type.String(),
      description: Type.String(),
      translations: Type.Optional(ProductTranslations),
      status: ProductStatus,
      /** `standard` in an event of an older catalog. */
      taxClass: Type.Optional(TaxClass),
      deleted: Type.Boolean(),
      categories: Type.Array(
        Type.Object({ id: Id('cat'), slug: Type.String(), name: Type.String(), ancestorIds: Type.Array(Id('cat')) }),
      ),
      images: Type.Array(ProductImage),
      options: Type.Array(ProductOption),
      variants: Type.Array(VariantState),
      /** SKUs that belonged to the product and were withdrawn. */
      withdrawnSkus: Type.Array(Sku),
      createdAt: Time,
      updatedAt: Time,
    }),
  ),
  stockChanged: catalog(
    'catalog.stock-changed',
    1,
    { aggregate: 'sku', key: 'sku' },
    Type.Object({
      sku: Sku,
      productId: Id('prd'),
      version: Type.Integer(),
      onHand: Type.Integer(),
      reserved: Type.Integer(),
      available: Type.Integer(),
    }),
  ),
  /** The whole rule set; a consumer skips a version that is not newer than the one it knows. Codes of promotions are not part of it. */
  priceRulesChanged: catalog(
    'catalog.price-rules-changed',
    1,
    { aggregate: 'shop', key: 'shopId' },
    Type.Object({ shopId: Type.String({ pattern: '^[a-z]{1,40}$' }), rules: PriceRules }),
  ),
  stockReserved: catalog('catalog.stock-reserved', 1, ofOrder, Type.Object({ ...reservationAnswer, heldUntil: Time })),
  stockRejected: catalog(
    'catalog.stock-rejected',
    1,
    ofOrder,
    Type.Object({
      ...reservationAnswer,
      rejected: OneOf('reserve', 'commit'),
      shortages: Type.Array(Type.Object({ sku: Sku, requested: Type.Integer(), available: Type.Integer() })),
    }),
  ),
  stockCommitted: catalog('catalog.stock-committed', 1, ofOrder, Type.Object(reservationAnswer)),
  stockReleased: catalog(
    'catalog.stock-released',
    1,
    ofOrder,
    Type.Object({
      ...reservationAnswer,
      reason: OneOf('requested', 'lapsed'),
    }),
  ),
  stockReturned: catalog(
    'catalog.stock-returned',
    1,
    ofOrder,
    Type.Object({ ...reservationAnswer, returnId: Type.String(), lines: Type.Array(StockLine) }),
  ),
}

// Facts that catalog announces: what is sold, what is in stock, and its answers to requests for stock.
import { Type } from 'typebox'
import { Id, KeptPrice, Sku, Time } from '../common.ts'
import { publisher } from '../event.ts'
import { OrderId, ReservationId, StockLine } from '../order/lines.ts'

const catalog = publisher('catalog', 'catalog.events')
const ofOrder = { aggregate: 'reservation', key: 'orderId' } as const

export const ProductImage = Type.Object({ url: Type.String({ maxLength: 500 }), alt: Type.String({ maxLength: 300 }) })
export const ProductOption = Type.Object({
  name: Type.String({ maxLength: 60 }),
  values: Type.Array(Type.String({ maxLength: 60 })),
})
export const ProductStatus = Type.Union([Type.Literal('draft'), Type.Literal('active'), Type.Literal('archived')])
export const VariantState = Type.Object({
  id: Id('var'),
  sku: Sku,
  name: Type.String(),
  options: Type.Record(Type.String(), Type.String()),
  prices: Type.Array(KeptPrice),
})

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
      status: ProductStatus,
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
  stockReserved: catalog('catalog.stock-reserved', 1, ofOrder, Type.Object({ ...reservationAnswer, heldUntil: Time })),
  stockRejected: catalog(
    'catalog.stock-rejected',
    1,
    ofOrder,
    Type.Object({
      ...reservationAnswer,
      rejected: Type.Union([Type.Literal('reserve'), Type.Literal('commit')]),
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
      reason: Type.Union([Type.Literal('requested'), Type.Literal('lapsed')]),
    }),
  ),
  stockReturned: catalog(
    'catalog.stock-returned',
    1,
    ofOrder,
    Type.Object({ ...reservationAnswer, returnId: Type.String(), lines: Type.Array(StockLine) }),
  ),
}

// How the total of an order came about, as events carry it beside the totals. Events of older versions have none of it.
import { type Static, Type } from 'typebox'
import { Id, Money, Nullable } from '../common.ts'
import { AppliedDiscount, AppliedTax } from '../pricing/applied.ts'

/** The option that the order is shipped with. `price` is what it costs before discounts. */
const shippingOption = Type.Object({
  id: Id('opt'),
  name: Type.String(),
  price: Money,
  discounts: Type.Optional(Type.Array(AppliedDiscount)),
})

export const PriceDetails = Type.Object({
  taxIncluded: Type.Optional(Type.Boolean()),
  taxes: Type.Optional(Type.Array(AppliedTax)),
  /** Of lines and shipping, one entry for each promotion. */
  discounts: Type.Optional(Type.Array(AppliedDiscount)),
  shippingOption: Type.Optional(Nullable(shippingOption)),
})
export type PriceDetails = Static<typeof PriceDetails>

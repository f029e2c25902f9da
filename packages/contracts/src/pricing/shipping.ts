// Where a cart is shipped to, and the ways to ship it there, as carts and orders carry them.
import { type Static, Type } from 'typebox'
import { Closed, Country, Line, Money, named } from '../common.ts'
import { AppliedDiscount, AppliedTax } from './applied.ts'
import { Region } from './rules.ts'

/** Where a client wants a cart to be shipped to. Shipping and taxes depend on country and region. */
export const destinationInput = {
  country: Country,
  region: Type.Optional(Region),
  postalCode: Type.Optional(Line(20)),
}

/** A destination as it is answered: the way it was stored. Rules that are newer than it must not make it unreadable. */
export const Destination = named(
  'Destination',
  Closed({
    country: Type.String({ description: 'ISO 3166-1 alpha-2' }),
    region: Type.Optional(Type.String({ description: 'Second part of an ISO 3166-2 code' })),
    postalCode: Type.Optional(Type.String()),
  }),
)
export type Destination = Static<typeof Destination>

const offer = {
  id: Type.String({ description: 'Id with the prefix opt_' }),
  name: Type.String(),
  price: Money,
  freeFrom: Type.Optional(Money),
  estimateDays: Type.Object(
    { min: Type.Integer(), max: Type.Integer() },
    { description: 'Working days from the order to the delivery' },
  ),
}

/** A shipping option that a cart can choose, with its price for that cart. From a subtotal of `freeFrom` on it costs nothing. */
export const ShippingOffer = named('ShippingOffer', Type.Object(offer))
export type ShippingOffer = Static<typeof ShippingOffer>

/** The shipping option of a cart or an order. `price` is that before discounts. */
export const AppliedShipping = named(
  'AppliedShipping',
  Type.Object({ ...offer, discounts: Type.Array(AppliedDiscount), taxes: Type.Array(AppliedTax) }),
)
export type AppliedShipping = Static<typeof AppliedShipping>

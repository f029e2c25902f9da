// What price rules did to an amount, as carts and orders carry it: discounts and taxes.
import { type Static, Type } from 'typebox'
import { Id, Money, named } from '../common.ts'

export const PromotionId = Id('prm')

/** What a promotion takes off an amount. `code` is the code that the shopper entered for it. */
export const AppliedDiscount = named(
  'AppliedDiscount',
  Type.Object({ promotionId: PromotionId, name: Type.String(), code: Type.Optional(Type.String()), amount: Money }),
)
export type AppliedDiscount = Static<typeof AppliedDiscount>

/** A tax on an amount. `base` is the amount without its taxes, whether or not prices include them. */
export const AppliedTax = named(
  'AppliedTax',
  Type.Object({
    name: Type.String(),
    rate: Type.Number({ description: 'Percent, with at most three decimals' }),
    base: Money,
    amount: Money,
  }),
)
export type AppliedTax = Static<typeof AppliedTax>

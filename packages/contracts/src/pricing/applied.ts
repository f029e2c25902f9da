// What price rules did to an amount, as carts and orders carry it: discounts and taxes.
import { type Static, Type } from 'typebox'
import { Id, Money, named } from '../common.ts'

export const PromotionId = Id('prm')
/** A promotion code as a person types it. Upper case without blanks, whatever the case it is typed in. */
export const PromotionCode = Type.String({
  title: 'PromotionCode',
  normalize: 'promotionCode',
  minLength: 3,
  maxLength: 100,
  description: '3 to 40 ASCII letters, digits, dashes and underscores; compared and stored in upper case, without blanks',
})

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

// Price rules: shipping zones, tax rates and promotions, owned by catalog and published as one versioned set.
import { type Static, type TSchema, Type } from 'typebox'
import {
  Closed,
  Country,
  Currency,
  Id,
  Line,
  Moment,
  named,
  OneOf,
  Price,
  PriceInput,
  payableLimit,
  Sku,
  StoredCurrency,
} from '../common.ts'
import { PromotionId } from './applied.ts'

const AmountMinor = Type.Integer({ minimum: 0, maximum: payableLimit, description: 'Minor units' })
const Grams = Type.Integer({ minimum: 0, maximum: 100_000_000 })
const Percent = Type.Number({ minimum: 0, maximum: 100, description: 'Percent, with at most three decimals' })

/** Which tax rate a product has. Products of the class `zero` are not taxed. */
export const TaxClass = named('TaxClass', OneOf('standard', 'reduced', 'zero'))
export type TaxClass = Static<typeof TaxClass>

/** A part of a country. */
export const Region = Type.String({
  pattern: '^[A-Z0-9]{1,3}$',
  description: 'Second part of an ISO 3166-2 code, such as CA of US-CA',
})

/**
 * What an option costs in one currency. The price is that of the last tier whose `from` is reached: grams for `by_weight`, minor units of
 * the subtotal for `by_subtotal`; `flat` has one tier from 0. Subtotals are those before discounts.
 */
export const ShippingRateInput = named(
  'ShippingRateInput',
  Closed({
    currency: Currency,
    tiers: Type.Array(Closed({ from: Type.Integer({ minimum: 0, maximum: 100_000_000 }), amountMinor: AmountMinor }), {
      minItems: 1,
      maxItems: 50,
    }),
    freeFromMinor: Type.Optional(AmountMinor),
    minSubtotalMinor: Type.Optional(AmountMinor),
    maxSubtotalMinor: Type.Optional(AmountMinor),
  }),
)
export type ShippingRate = Static<typeof ShippingRateInput>

/** A way to ship. It is offered in the currencies of its rates, within its limits of weight and subtotal. */
export const ShippingOptionInput = named(
  'ShippingOptionInput',
  Closed({
    id: Id('opt'),
    name: Line(120),
    kind: OneOf('flat', 'by_subtotal', 'by_weight'),
    rates: Type.Array(ShippingRateInput, { minItems: 1, maxItems: 50 }),
    minWeightGrams: Type.Optional(Grams),
    maxWeightGrams: Type.Optional(Grams),
    estimateDays: Closed({
      min: Type.Integer({ minimum: 0, maximum: 365, description: 'Working days' }),
      max: Type.Integer({ minimum: 0, maximum: 365, description: 'Working days' }),
    }),
  }),
)
export type ShippingOption = Static<typeof ShippingOptionInput>

/** Where its options ship to. A zone that names a region of a country goes before one that has the whole country. */
export const ShippingZoneInput = named(
  'ShippingZoneInput',
  Closed({
    id: Id('zon'),
    name: Line(120),
    countries: Type.Array(Closed({ code: Country, regions: Type.Optional(Type.Array(Region, { minItems: 1, maxItems: 100 })) }), {
      minItems: 1,
      maxItems: 300,
    }),
    options: Type.Array(ShippingOptionInput, { minItems: 1, maxItems: 50 }),
  }),
)
export type ShippingZone = Static<typeof ShippingZoneInput>

/**
 * A tax on goods of a class in a country or in one of its regions. Rates of a region replace those of the country; several rates of one
 * place add up, each on the same base. Goods of the class `reduced` have the standard rate where there is no reduced one.
 */
export const TaxRateInput = named(
  'TaxRateInput',
  Closed({ name: Line(60), country: Country, region: Type.Optional(Region), taxClass: TaxClass, rate: Percent }),
)
export type TaxRate = Static<typeof TaxRateInput>

/** What a promotion gives. Of a cart's units, `buy_x_get_y` discounts the cheapest: `getQuantity` for each `buyQuantity` bought besides. */
export const PromotionEffectInput = named(
  'PromotionEffectInput',
  Type.Union([
    Closed({ kind: Type.Literal('percent'), percent: Percent }),
    Closed({ kind: Type.Literal('fixed_amount'), amounts: Type.Array(PriceInput, { minItems: 1, maxItems: 50 }) }),
    Closed({ kind: Type.Literal('free_shipping') }),
    Closed({
      kind: Type.Literal('buy_x_get_y'),
      buyQuantity: Type.Integer({ minimum: 1, maximum: 999 }),
      getQuantity: Type.Integer({ minimum: 1, maximum: 999 }),
      percent: Percent,
    }),
  ]),
)
export type PromotionEffect = Static<typeof PromotionEffectInput>

/** When a promotion applies: every condition must hold. `categoryIds` and `skus` choose lines together: a line of either is meant. */
export const PromotionConditionsInput = named(
  'PromotionConditionsInput',
  Closed({
    minimumSubtotals: Type.Optional(Type.Array(PriceInput, { minItems: 1, maxItems: 50 })),
    categoryIds: Type.Optional(Type.Array(Id('cat'), { minItems: 1, maxItems: 100 })),
    skus: Type.Optional(Type.Array(Sku, { minItems: 1, maxItems: 500 })),
    currencies: Type.Optional(Type.Array(Currency, { minItems: 1, maxItems: 50 })),
    firstOrder: Type.Optional(Type.Literal(true)),
    startsAt: Type.Optional(Moment),
    endsAt: Type.Optional(Moment),
  }),
)

/**
 * Promotions apply by falling priority. An `exclusive` one applies only when none applied before it, and then no other one follows.
 * One with `trigger: "code"` waits for a code; codes are not part of the rule set.
 */
export const promotionMembers = {
  name: Line(120),
  trigger: OneOf('automatic', 'code'),
  effect: PromotionEffectInput,
  conditions: PromotionConditionsInput,
  priority: Type.Integer({ minimum: -1000, maximum: 1000 }),
  exclusive: Type.Boolean(),
  limits: Type.Optional(
    Closed({
      total: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
      perCustomer: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    }),
  ),
}
export const PromotionInput = named('PromotionInput', Closed({ id: PromotionId, ...promotionMembers }))
export type Promotion = Static<typeof PromotionInput>

/** Members of input schemas that stored values do without: rules that are newer than a value must not make it unreadable. */
const storedSchemas: Readonly<Record<string, TSchema>> = {
  PriceInput: Price,
  Currency: StoredCurrency,
  Country: Type.String({ description: 'ISO 3166-1 alpha-2' }),
}
/** The schema of what is answered and announced, from that of an input `…Input`: open to members that newer replicas add. */
const stored = <S extends TSchema>(schema: S) =>
  Type.Unsafe<Static<S>>(
    JSON.parse(JSON.stringify(schema), (_, node) => {
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return node
      const { additionalProperties: _closed, pattern: _input, title, ...rest } = node
      if (typeof title !== 'string') return rest
      return storedSchemas[title] ?? (title.endsWith('Input') ? { ...rest, title: title.slice(0, -'Input'.length) } : node)
    }),
  )

export const ShippingRate = stored(ShippingRateInput)
export const ShippingOption = stored(ShippingOptionInput)
export const ShippingZone = stored(ShippingZoneInput)
export const TaxRate = stored(TaxRateInput)
export const PromotionEffect = stored(PromotionEffectInput)
export const PromotionConditions = stored(PromotionConditionsInput)
export const Promotion = stored(PromotionInput)

/** Everything that decides prices beside the products. Prices include tax, but for the currencies of `taxExcluded`. */
export const PriceRules = named(
  'PriceRules',
  Type.Object({
    version: Type.Integer({ minimum: 0 }),
    taxExcluded: Type.Array(StoredCurrency),
    shippingZones: Type.Array(ShippingZone),
    taxRates: Type.Array(TaxRate),
    promotions: Type.Array(Promotion),
  }),
)
export type PriceRules = Static<typeof PriceRules>

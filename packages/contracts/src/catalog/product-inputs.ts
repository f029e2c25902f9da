// What operators may say of products and variants. Every bound fits its column, and all of them together the product's event.
import { type Static, Type } from 'typebox'
import { Closed, Id, ImageAddress, named, PriceInput, payableLimit, Sku, Slug, Text } from '../common.ts'
import { Patch } from '../patch.ts'
import { TaxClass } from '../pricing/rules.ts'
import { ProductStatus, ProductTranslations, WeightGrams } from './schemas.ts'

/** Name of an option; `=`, quotes and backslashes would not survive as filters. */
const optionName = '^(?=[\\s\\S]*\\S)[^="\\\\\\u0000\\uD800-\\uDFFF]{1,60}$'
const optionLimit = 10
/** Which of its product's choices a variant is: one value for each option. */
const optionChoice = Type.Record(Type.String({ pattern: optionName }), Text(60), {
  additionalProperties: false,
  maxProperties: optionLimit,
})
const images = Type.Array(Closed({ url: ImageAddress, alt: Text(300, 0) }), { maxItems: 20 })
const options = Type.Array(
  Closed({ name: Type.String({ pattern: optionName }), values: Type.Array(Text(60), { minItems: 1, maxItems: 100 }) }),
  { maxItems: optionLimit },
)
export const VariantPriceInput = named(
  'VariantPriceInput',
  Closed({
    ...PriceInput.properties,
    compareAtMinor: Type.Optional(
      Type.Integer({ minimum: 1, maximum: payableLimit, description: 'Shown struck through; higher than the price' }),
    ),
  }),
)
const prices = Type.Array(VariantPriceInput, { maxItems: 50 })
/** What one product may have: its event carries all of them. */
export const variantLimit = 200
export const NewVariant = named(
  'NewVariant',
  Closed({
    sku: Sku,
    name: Type.Optional(Text(200, 0)),
    options: Type.Optional(optionChoice),
    images: Type.Optional(images),
    prices: Type.Optional(prices),
    /** 0 when left out. */
    weightGrams: Type.Optional(WeightGrams),
    /** True when left out; false for what is not sent, such as a download. */
    requiresShipping: Type.Optional(Type.Boolean()),
  }),
)
export type NewVariant = Static<typeof NewVariant>
export const NewProduct = named(
  'NewProduct',
  Closed({
    name: Text(200),
    slug: Type.Optional(Slug),
    description: Type.Optional(Text(10_000, 0)),
    translations: Type.Optional(ProductTranslations),
    status: Type.Optional(ProductStatus),
    /** `standard` when left out. */
    taxClass: Type.Optional(TaxClass),
    categoryIds: Type.Optional(Type.Array(Id('cat'), { maxItems: 50 })),
    images: Type.Optional(images),
    options: Type.Optional(options),
    variants: Type.Optional(Type.Array(NewVariant, { maxItems: variantLimit })),
  }),
)
export type NewProduct = Static<typeof NewProduct>

export const ProductChange = named(
  'ProductChange',
  Patch({
    name: Text(200),
    slug: Slug,
    description: Type.Optional(Text(10_000, 0)),
    translations: Type.Optional(ProductTranslations),
    status: ProductStatus,
    taxClass: TaxClass,
    categoryIds: Type.Optional(Type.Array(Id('cat'), { maxItems: 50 })),
    images: Type.Optional(images),
    options: Type.Optional(options),
    /** What variants are of the options, for a change of both at once. */
    variants: Type.Array(Closed({ id: Id('var'), options: optionChoice }), { maxItems: variantLimit }),
  }),
)
export type ProductChange = Static<typeof ProductChange>
export const VariantChange = named(
  'VariantChange',
  Patch({
    name: Type.Optional(Text(200, 0)),
    options: Type.Optional(optionChoice),
    images: Type.Optional(images),
    prices: Type.Optional(prices),
    weightGrams: WeightGrams,
    requiresShipping: Type.Boolean(),
  }),
)
export type VariantChange = Static<typeof VariantChange>

// The shapes that catalog answers with: products, categories, facets, stock, and what other services read.
import { type Static, type TSchema, Type } from 'typebox'
import { Closed, Id, IdOrSlug, Locale, Nullable, named, OneOf, Price, Sku, Text, Time } from '../common.ts'
import { type Language, languages } from '../locales.ts'
import { TaxClass } from '../pricing/rules.ts'

/** One text object for each language of the shop; a language that is left out has the texts of the object itself. */
const ByLanguage = <S extends TSchema>(texts: S) =>
  Closed(
    Object.fromEntries(languages.map((language) => [language, Type.Optional(texts)])) as Record<
      Language,
      ReturnType<typeof Type.Optional<S>>
    >,
  )
export const ProductTranslations = named(
  'ProductTranslations',
  ByLanguage(Closed({ name: Type.Optional(Text(200)), description: Type.Optional(Text(10_000)) })),
)
export type ProductTranslations = Static<typeof ProductTranslations>
export const CategoryTranslations = named('CategoryTranslations', ByLanguage(Closed({ name: Type.Optional(Text(120)) })))
export type CategoryTranslations = Static<typeof CategoryTranslations>
/** A name in the languages that it is translated to. */
export const TranslatedNames = ByLanguage(Type.String())
export type TranslatedNames = Static<typeof TranslatedNames>
/** Selects the language of texts; `Accept-Language` does when it is left out, and the shop's own language is the fallback. */
export const localeQuery = { locale: Type.Optional(Locale) }

export const ProductStatus = named('ProductStatus', OneOf('draft', 'active', 'archived'))
export type ProductStatus = Static<typeof ProductStatus>
/** A choice that a product offers, such as a colour, with its values. */
export const ProductOption = named(
  'ProductOption',
  Type.Object({ name: Type.String({ maxLength: 60 }), values: Type.Array(Type.String({ maxLength: 60 })) }),
)
export type ProductOption = Static<typeof ProductOption>
export const CategoryRef = named('CategoryRef', Type.Object({ id: Id('cat'), slug: Type.String(), name: Type.String() }))
export type CategoryRef = Static<typeof CategoryRef>
/** Which of its product's options a variant is: option name → value. */
const optionValues = Type.Record(Type.String(), Type.String())

/** A picture as it is answered: with its whole address, which is longer than the stored one. */
export const Image = named('Image', Type.Object({ url: Type.String(), alt: Type.String() }))
export type Image = Static<typeof Image>

/** A price as operators set it; a reduced one is shown with the price that it is compared with. */
export const AdminPrice = named(
  'AdminPrice',
  Type.Object({ ...Price.properties, compareAtMinor: Type.Optional(Price.properties.amountMinor) }),
)
/**
 * `compareAt` is shown struck through beside a price. `lowestPrice30Days` is the lowest price of the 30 days before the reduction was
 * applied. It is there while `compareAt` is, and for 30 days after a price was lowered.
 */
const reduction = { compareAt: Type.Optional(Price), lowestPrice30Days: Type.Optional(Price) }

/** Weight of one unit as it is shipped. */
export const WeightGrams = Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'Grams of one unit, packed' })

export const Variant = named(
  'Variant',
  Type.Object({
    id: Id('var'),
    sku: Sku,
    name: Type.String(),
    options: optionValues,
    images: Type.Array(Image, { description: 'Its own pictures; without one it is shown by those of the product' }),
    price: Nullable(Price),
    ...reduction,
    available: Type.Integer(),
    weightGrams: WeightGrams,
    requiresShipping: Type.Boolean(),
  }),
)
export type Variant = Static<typeof Variant>
export const Product = named(
  'Product',
  Type.Object({
    id: Id('prd'),
    slug: Type.String(),
    name: Type.String(),
    description: Type.String(),
    status: ProductStatus,
    taxClass: TaxClass,
    categories: Type.Array(CategoryRef),
    images: Type.Array(Image),
    options: Type.Array(ProductOption),
    variants: Type.Array(Variant),
    price: Nullable(Price),
    inStock: Type.Boolean(),
    createdAt: Time,
  }),
)
export type Product = Static<typeof Product>
/**
 * `priceFrom` and `priceTo` are the lowest and the highest price of its variants in the currency, and `price` is `priceFrom`. `compareAtFrom`
 * and `lowestPrice30Days` belong to the variant of the lowest price; see `Variant`.
 */
export const ProductSummary = named(
  'ProductSummary',
  Type.Object({
    id: Id('prd'),
    slug: Type.String(),
    name: Type.String(),
    image: Nullable(Image),
    images: Type.Array(Image),
    price: Nullable(Price),
    priceFrom: Nullable(Price),
    priceTo: Nullable(Price),
    compareAtFrom: Type.Optional(Price),
    lowestPrice30Days: Type.Optional(Price),
    inStock: Type.Boolean(),
    taxClass: TaxClass,
    createdAt: Time,
  }),
)
export type ProductSummary = Static<typeof ProductSummary>

export const AdminVariant = named(
  'AdminVariant',
  Type.Object({
    id: Id('var'),
    sku: Sku,
    name: Type.String(),
    options: optionValues,
    images: Type.Array(Image),
    prices: Type.Array(AdminPrice),
    available: Type.Integer(),
    weightGrams: WeightGrams,
    requiresShipping: Type.Boolean(),
  }),
)
export type AdminVariant = Static<typeof AdminVariant>
/** The product as operators see it: drafts and archived ones too, with every price. */
export const AdminProduct = named(
  'AdminProduct',
  Type.Object({
    id: Id('prd'),
    slug: Type.String(),
    name: Type.String(),
    description: Type.String(),
    status: ProductStatus,
    taxClass: TaxClass,
    version: Type.Integer(),
    translations: ProductTranslations,
    categories: Type.Array(CategoryRef),
    images: Type.Array(Image),
    options: Type.Array(ProductOption),
    variants: Type.Array(AdminVariant),
    createdAt: Time,
    updatedAt: Time,
  }),
)
export type AdminProduct = Static<typeof AdminProduct>

const categoryFields = {
  id: Id('cat'),
  slug: Type.String(),
  name: Type.String(),
  parentId: Nullable(Id('cat')),
  position: Type.Integer(),
  productCount: Type.Integer({ description: 'Products that are sold in it and everything below it' }),
}
export const Category = named('Category', Type.Object(categoryFields))
export type Category = Static<typeof Category>
/** A category in the tree; `children` are nodes of the same kind. */
export const CategoryNode = named(
  'CategoryNode',
  Type.Object({ ...categoryFields, children: Type.Array(Type.Object({}, { additionalProperties: true })) }),
)
export type CategoryNode = Static<typeof CategoryNode>
export const CategoryDetail = named(
  'CategoryDetail',
  Type.Object({ ...categoryFields, breadcrumbs: Type.Array(CategoryRef), children: Type.Array(Category) }),
)
export type CategoryDetail = Static<typeof CategoryDetail>
/** The category as operators see it. */
export const AdminCategory = named(
  'AdminCategory',
  Type.Object({ ...CategoryDetail.properties, translations: CategoryTranslations }),
)
export type AdminCategory = Static<typeof AdminCategory>

export const ProductSort = OneOf('name', '-name', 'price', '-price', 'createdAt', '-createdAt')
export type ProductSort = Static<typeof ProductSort>
export const SearchSort = OneOf('relevance', 'price', '-price', 'createdAt', '-createdAt', 'name', '-name')
export type SearchSort = Static<typeof SearchSort>

export const productParams = Closed({ idOrSlug: IdOrSlug })
export const FacetCount = named('FacetCount', Type.Object({ value: Type.String(), count: Type.Integer() }))
export type FacetCount = Static<typeof FacetCount>
/** How many results each further filter would leave: every facet is counted with all filters but its own. */
export const Facets = named(
  'Facets',
  Type.Object({
    categories: Type.Array(
      Type.Object({
        value: Type.String({ description: 'Slug; counts everything below it too' }),
        name: Type.String(),
        count: Type.Integer(),
      }),
    ),
    options: Type.Record(Type.String(), Type.Array(FacetCount)),
    prices: Type.Array(Type.Object({ minPrice: Type.Integer(), maxPrice: Nullable(Type.Integer()), count: Type.Integer() })),
    inStock: Type.Array(FacetCount),
  }),
)
export type Facets = Static<typeof Facets>

/** The units of a SKU: on the shelf, reserved for checkouts, and what is left to sell. */
export const Stock = named(
  'Stock',
  Type.Object({ sku: Sku, onHand: Type.Integer(), reserved: Type.Integer(), available: Type.Integer() }),
)
export type Stock = Static<typeof Stock>
/** An entry of the stock ledger. */
export const StockMovement = named(
  'StockMovement',
  Type.Object({
    id: Type.Integer(),
    sku: Sku,
    delta: Type.Integer(),
    onHandAfter: Type.Integer(),
    reason: Type.String(),
    actor: Type.String(),
    reference: Nullable(Type.String()),
    at: Time,
  }),
)
export type StockMovement = Static<typeof StockMovement>
export const IndexBuild = named(
  'IndexBuild',
  Type.Object({
    build: Type.String(),
    state: OneOf('running', 'idle'),
    copied: Type.Integer(),
    startedAt: Time,
    finishedAt: Nullable(Time),
  }),
)
export type IndexBuild = Static<typeof IndexBuild>

/** What answers searches, and how far its index is behind. */
export const SearchState = named(
  'SearchState',
  Type.Object({
    engine: OneOf('elasticsearch', 'memory', 'database'),
    configured: Type.Boolean({ description: 'Whether Elasticsearch is configured' }),
    answering: Type.Boolean({ description: 'Whether an index answers; else the database does, and search is `degraded`' }),
    pending: Type.Integer(),
    build: Nullable(IndexBuild),
  }),
)
export type SearchState = Static<typeof SearchState>

export const InternalVariant = Type.Object({
  sku: Sku,
  variantId: Id('var'),
  productId: Id('prd'),
  productSlug: Type.String(),
  productName: Type.String(),
  name: Type.String(),
  /** `name` where the product is translated. */
  names: Type.Optional(TranslatedNames),
  options: optionValues,
  imageUrl: Nullable(Type.String()),
  sellable: Type.Boolean(),
  /** Categories of the product with all their ancestors. */
  categoryIds: Type.Array(Id('cat')),
  price: Nullable(Price),
  compareAt: Type.Optional(Price),
  available: Type.Integer(),
  taxClass: TaxClass,
  weightGrams: WeightGrams,
  requiresShipping: Type.Boolean(),
})
export type InternalVariant = Static<typeof InternalVariant>

/** One event of a product's stock. */
export const StockEvent = named(
  'StockEvent',
  Type.Object({
    event: Type.Literal('stock'),
    data: Type.Object({ variants: Type.Array(Type.Object({ sku: Sku, available: Type.Integer() })) }),
  }),
)
export type StockEvent = Static<typeof StockEvent>

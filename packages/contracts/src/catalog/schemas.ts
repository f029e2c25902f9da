// The shapes that catalog answers with: products, categories, facets, and what other services read.
import { type Static, Type } from 'typebox'
import { Closed, Id, IdOrSlug, KeptPrice, Nullable, Sku, Time } from '../common.ts'
import { ProductOption, ProductStatus } from './events.ts'

export const CategoryRef = Type.Object({ id: Id('cat'), slug: Type.String(), name: Type.String() })
export const optionValues = Type.Record(Type.String(), Type.String())

/** A picture with its whole address, which is longer than what was kept. */
const ShownImage = Type.Object({ url: Type.String(), alt: Type.String() })

export const Variant = Type.Object({
  id: Id('var'),
  sku: Sku,
  name: Type.String(),
  options: optionValues,
  price: Nullable(KeptPrice),
  available: Type.Integer(),
})
export const Product = Type.Object({
  id: Id('prd'),
  slug: Type.String(),
  name: Type.String(),
  description: Type.String(),
  status: ProductStatus,
  categories: Type.Array(CategoryRef),
  images: Type.Array(ShownImage),
  options: Type.Array(ProductOption),
  variants: Type.Array(Variant),
  price: Nullable(KeptPrice),
  inStock: Type.Boolean(),
  createdAt: Time,
})
export type Product = Static<typeof Product>
export const ProductSummary = Type.Object({
  id: Id('prd'),
  slug: Type.String(),
  name: Type.String(),
  image: Nullable(ShownImage),
  price: Nullable(KeptPrice),
  inStock: Type.Boolean(),
  createdAt: Time,
})
export type ProductSummary = Static<typeof ProductSummary>
const Category = Type.Object({
  id: Id('cat'),
  slug: Type.String(),
  name: Type.String(),
  parentId: Nullable(Id('cat')),
  position: Type.Integer(),
})
export const CategoryNode = Type.Object({
  ...Category.properties,
  children: Type.Array(Type.Object({}, { additionalProperties: true })),
})
export const CategoryDetail = Type.Object({
  ...Category.properties,
  breadcrumbs: Type.Array(CategoryRef),
  children: Type.Array(Category),
})

export const productParams = Closed({ idOrSlug: IdOrSlug })
const FacetCounts = Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() }))
/** How many results each further filter would leave: every facet is counted with all filters but its own. */
export const Facets = Type.Object({
  categories: Type.Array(
    Type.Object({
      value: Type.String({ description: 'Slug; counts everything below it too' }),
      name: Type.String(),
      count: Type.Integer(),
    }),
  ),
  options: Type.Record(Type.String(), FacetCounts),
  prices: Type.Array(Type.Object({ minPrice: Type.Integer(), maxPrice: Nullable(Type.Integer()), count: Type.Integer() })),
  inStock: FacetCounts,
})
export type Facets = Static<typeof Facets>
export const InternalVariant = Type.Object({
  sku: Sku,
  variantId: Id('var'),
  productId: Id('prd'),
  productSlug: Type.String(),
  productName: Type.String(),
  name: Type.String(),
  options: optionValues,
  imageUrl: Nullable(Type.String()),
  sellable: Type.Boolean(),
  price: Nullable(KeptPrice),
  available: Type.Integer(),
})
export type InternalVariant = Static<typeof InternalVariant>

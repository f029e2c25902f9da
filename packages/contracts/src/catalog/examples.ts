// Examples of the catalog calls: the Harbour Mug of the development shop, and a tea tin that an operator adds.
import { eur, exampleIds, exampleTime } from '../examples.ts'
import type { NewProduct } from './product-inputs.ts'
import type {
  AdminCategory,
  AdminProduct,
  CategoryDetail,
  CategoryNode,
  CategoryRef,
  Facets,
  Image,
  IndexBuild,
  Product,
  ProductSummary,
  Stock,
  StockMovement,
  Variant,
} from './schemas.ts'

const opened = '2026-01-05T08:17:00.000Z'
const home: CategoryRef = { id: 'cat_00a2fd46b77353a0a775d901', slug: 'home', name: 'Home' }
const kitchen: CategoryRef = { id: 'cat_0071e6462091c72c2082e28a', slug: 'kitchen', name: 'Kitchen' }
const lighting: CategoryRef = { id: 'cat_008a6cb015ed5b71fbab99ad', slug: 'lighting', name: 'Lighting' }
const tea: CategoryRef = { id: 'cat_01m8mk6tfrvfkcvaydspbw89bf', slug: 'tea', name: 'Tea' }

const tree: CategoryNode = {
  ...home,
  parentId: null,
  position: 0,
  productCount: 23,
  children: [
    { ...kitchen, parentId: home.id, position: 1, productCount: 10, children: [] },
    { ...lighting, parentId: home.id, position: 2, productCount: 6, children: [] },
  ],
}
const category: CategoryDetail = {
  ...kitchen,
  parentId: home.id,
  position: 1,
  productCount: 10,
  breadcrumbs: [home, kitchen],
  children: [],
}
const newCategory = {
  ...tea,
  parentId: kitchen.id,
  position: 0,
  productCount: 0,
  breadcrumbs: [home, kitchen, tea],
  children: [],
  translations: { de: { name: 'Tee' } },
} satisfies AdminCategory
const renamed = { name: 'Tea and coffee', position: 3 }

const imageOf = (name: string, alt: string): Image => ({ url: `https://shop.example/v1/images/${name}`, alt })
const variant = (id: string, code: string, colour: string, price: number, available: number): Variant => ({
  id,
  sku: `HARB-MUG-${code}`,
  name: colour,
  options: { colour },
  images: [imageOf(`harbour-mug-${colour}`, `Drawing of the Harbour Mug in ${colour}`)],
  price: eur(price),
  available,
  weightGrams: 380,
  requiresShipping: true,
})
const mug: Product = {
  id: exampleIds.mug,
  slug: 'harbour-mug',
  name: 'Harbour Mug',
  description:
    'A stoneware mug with a thumb rest, glazed the grey-blue of a harbour before rain. Holds 350 ml and survives the dishwasher.',
  status: 'active',
  taxClass: 'standard',
  categories: [kitchen],
  images: [
    imageOf('harbour-mug', 'Drawing of the Harbour Mug'),
    imageOf('harbour-mug-sand', 'Drawing of the Harbour Mug in sand'),
  ],
  options: [{ name: 'colour', values: ['sand', 'moss', 'ink'] }],
  variants: [
    variant('var_007a892ec1baa6e3c1facc44', 'SND', 'sand', 1450, 116),
    variant('var_0010ad83d8eb891ac362d547', 'MOS', 'moss', 1450, 93),
    variant('var_00c9d8b6098d74337afce5e6', 'INK', 'ink', 1650, 60),
  ],
  price: eur(1450),
  inStock: true,
  createdAt: opened,
}
const mugSummary: ProductSummary = {
  id: mug.id,
  slug: mug.slug,
  name: mug.name,
  image: imageOf('harbour-mug', 'Drawing of the Harbour Mug'),
  images: mug.images,
  price: eur(1450),
  priceFrom: eur(1450),
  priceTo: eur(1650),
  inStock: true,
  taxClass: 'standard',
  createdAt: opened,
}
const bagSummary: ProductSummary = {
  id: exampleIds.bag,
  slug: 'linen-bread-bag',
  name: 'Linen Bread Bag',
  image: imageOf('linen-bread-bag', 'Drawing of the Linen Bread Bag'),
  images: [imageOf('linen-bread-bag', 'Drawing of the Linen Bread Bag')],
  price: eur(1600),
  priceFrom: eur(1600),
  priceTo: eur(2800),
  inStock: true,
  taxClass: 'standard',
  createdAt: '2026-01-06T12:17:00.000Z',
}
const facets: Facets = {
  categories: [
    { value: 'home', name: 'Home', count: 1 },
    { value: 'kitchen', name: 'Kitchen', count: 1 },
  ],
  options: {
    colour: [
      { value: 'ink', count: 1 },
      { value: 'moss', count: 1 },
      { value: 'sand', count: 1 },
    ],
  },
  prices: [
    { minPrice: 0, maxPrice: 2499, count: 1 },
    { minPrice: 2500, maxPrice: null, count: 0 },
  ],
  inStock: [{ value: 'true', count: 1 }],
}

const newTin: NewProduct = {
  name: 'Lighthouse Tea Tin',
  description: 'A tin with a lid that closes tightly. Holds 125 g of loose tea.',
  translations: { de: { name: 'Teedose Leuchtturm', description: 'Eine Dose, deren Deckel dicht schließt.' } },
  status: 'draft',
  taxClass: 'standard',
  categoryIds: [tea.id],
  options: [{ name: 'colour', values: ['sand', 'ink'] }],
  variants: [{ sku: 'LIGH-TEA-TIN-SND', name: 'sand', options: { colour: 'sand' }, prices: [eur(1250)], weightGrams: 140 }],
}
const tin: AdminProduct = {
  id: 'prd_01m8mk6tjhana902wgg5kj8d7f',
  slug: 'lighthouse-tea-tin',
  name: 'Lighthouse Tea Tin',
  description: 'A tin with a lid that closes tightly. Holds 125 g of loose tea.',
  status: 'draft',
  taxClass: 'standard',
  version: 1,
  translations: { de: { name: 'Teedose Leuchtturm', description: 'Eine Dose, deren Deckel dicht schließt.' } },
  categories: [tea],
  images: [],
  options: [{ name: 'colour', values: ['sand', 'ink'] }],
  variants: [
    {
      id: 'var_01m8mk6tjqq484ptyj0zvbpcz2',
      sku: 'LIGH-TEA-TIN-SND',
      name: 'sand',
      options: { colour: 'sand' },
      images: [],
      prices: [eur(1250)],
      available: 0,
      weightGrams: 140,
      requiresShipping: true,
    },
  ],
  createdAt: exampleTime(5, 26),
  updatedAt: exampleTime(5, 26),
}
const inkVariant = { sku: 'LIGH-TEA-TIN-INK', name: 'ink', options: { colour: 'ink' }, prices: [eur(1450)], weightGrams: 140 }
const inkId = 'var_01m8mk6tm086xzt7gtc37bvtd1'
const withInk = (version: number, price: AdminProduct['variants'][number]['prices'][number]): AdminProduct => ({
  ...tin,
  version,
  variants: [...tin.variants, { ...inkVariant, id: inkId, images: [], prices: [price], available: 0, requiresShipping: true }],
})

const stock: Stock = { sku: 'HARB-MUG-SND', onHand: 156, reserved: 2, available: 154 }
const movement: StockMovement = {
  id: 61,
  sku: 'HARB-MUG-SND',
  delta: 40,
  onHandAfter: 156,
  reason: 'Delivery of 29 November',
  actor: exampleIds.operator,
  reference: null,
  at: exampleTime(20, 26),
}
const build: IndexBuild = {
  build: 'bld_01m8mk6tska2prdemwkh0jtd74',
  state: 'running',
  copied: 0,
  startedAt: exampleTime(5, 27),
  finishedAt: null,
}

export const catalogExamples = {
  productParams: { idOrSlug: 'harbour-mug' },
  categoryParams: { idOrSlug: 'kitchen' },
  mug,
  mugSummary,
  bagSummary,
  facets,
  availability: {
    productId: mug.id,
    variants: mug.variants.map(({ sku, available }) => ({ sku, available })),
    inStock: true,
  },
  tree,
  category,
  adminCategoryParams: { categoryId: tea.id },
  newCategoryBody: { name: tea.name, translations: { de: { name: 'Tee' } }, parentId: kitchen.id },
  newCategory,
  renamed,
  renamedCategory: {
    ...newCategory,
    ...renamed,
    breadcrumbs: [home, kitchen, { ...tea, name: renamed.name }],
  } satisfies AdminCategory,
  adminProductParams: { productId: tin.id },
  newTin,
  tin,
  activeTin: { ...tin, status: 'active', version: 2 } satisfies AdminProduct,
  variantParams: { variantId: inkId },
  inkVariant,
  tinWithInk: withInk(2, eur(1450)),
  tinWithCheaperInk: withInk(3, { ...eur(1350), compareAtMinor: 1450 }),
  stockParams: { sku: stock.sku },
  adjustment: { delta: movement.delta, reason: movement.reason },
  stock,
  movement,
  build,
  searchState: {
    engine: 'elasticsearch',
    configured: true,
    answering: true,
    pending: 0,
    build: { ...build, state: 'idle', copied: 62, finishedAt: exampleTime(6, 27) },
  },
}

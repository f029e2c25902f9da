// Seeds the development shop through the same writes as the admin API, with deterministic ids and times.

import { insertIgnoreInto } from '@cartwright/db'
import { categoryTable, imageTable } from '../db/generated/rows.ts'
import { categoryTranslationsColumn } from '../db/json-columns.ts'
import type { CatalogDeps } from '../deps.ts'
import { slugOf as slugFrom } from '../domain/slug.ts'
import { adjustStockLevel } from '../domain/stock.ts'
import { insertProduct } from '../domain/write-products.ts'
import { seedCategories } from './categories.ts'
import { germanCategories, germanProducts } from './german.ts'
import { drawPicture } from './picture.ts'
import { seedPriceRules } from './price-rules.ts'
import { colourHues, type SeedProduct, seedOptions, seedProducts } from './products.ts'
import { openedAt, stableId, stableNumber } from './stable.ts'
import { gramsOf, taxClassOf } from './weights.ts'

const slugOf = (name: string) => slugFrom(name, 'product')

/** Creation times: the first product on a Monday morning, each next one a few hours later. */
const createdAtOf = (index: number) => new Date(openedAt.getTime() + index * 7 * 3_600_000 + 17 * 60_000)

/** One picture; for a product with colours one more for each colour. */
const picturesOf = ([name, , motif, hue, , kind]: SeedProduct): { id: string; alt: string; svg: string }[] => {
  const slug = slugOf(name)
  const first = { id: slug, alt: `Drawing of the ${name}`, svg: drawPicture(name, motif, hue) }
  if (kind !== 'colour') return [first]
  return [
    first,
    ...Object.entries(colourHues).map(([colour, tone]) => ({
      id: `${slug}-${colour}`,
      alt: `Drawing of the ${name} in ${colour}`,
      svg: drawPicture(`${name}, ${colour}`, motif, tone),
    })),
  ]
}

const shownPicture = ({ id, alt }: { id: string; alt: string }) => ({ url: `/v1/images/${id}`, alt })

const variantsOf = (product: SeedProduct) => {
  const [name, , , , eur, kind] = product
  const code = slugOf(name)
    .split('-')
    .map((word) => word.slice(0, 4))
    .join('-')
    .toUpperCase()
  const { name: option, values } = seedOptions[kind]
  return values.map(([label, suffix, surcharge, pieces = 1]) => ({
    sku: `${code}-${suffix}`,
    name: label,
    options: option === '' ? {} : { [option]: label },
    prices: [
      { amountMinor: eur + surcharge, currency: 'EUR' },
      { amountMinor: Math.round(((eur + surcharge) * 1.1) / 100) * 100 - 5, currency: 'USD' },
    ],
    images: picturesOf(product)
      .filter(({ id }) => id === `${slugOf(name)}-${label}`)
      .map(shownPicture),
    weightGrams: gramsOf(product, pieces),
  }))
}

/** @throws Error for a product without German texts */
const translationsOf = (name: string) => {
  const german = germanProducts[name]
  if (german === undefined) throw new Error(`${name} has no German texts: add them to german.ts`)
  return { de: { name: german[0], description: german[1] } }
}

const seedCategoryRows = (deps: CatalogDeps) =>
  deps.db.tx(async (tx) => {
    const rows = seedCategories.map(({ slug, name, parent }, position) => ({
      id: stableId('cat', slug),
      slug,
      name,
      parent_id: parent ? stableId('cat', parent) : null,
      position,
      translations: categoryTranslationsColumn.stringify({ de: { name: germanCategories[slug] ?? name } }),
    }))
    await tx.run`${insertIgnoreInto(categoryTable, ...rows)}`
  })

const seedOne = async (product: SeedProduct, index: number, deps: CatalogDeps): Promise<void> => {
  const [name, category, , , , kind, description, status = 'active' as const] = product
  const slug = slugOf(name)
  const productId = stableId('prd', slug)
  if (await deps.db.one`SELECT id FROM product WHERE id = ${productId}`) return
  const [variants, pictures, at] = [variantsOf(product), picturesOf(product), createdAtOf(index)]
  const { name: option, values } = seedOptions[kind]
  const input = {
    name,
    description,
    translations: translationsOf(name),
    status,
    taxClass: taxClassOf(product),
    categoryIds: [stableId('cat', category)],
    variants,
    images: pictures.map(shownPicture),
    options: option === '' ? [] : [{ name: option, values: values.map(([label]) => label) }],
  }
  await deps.db.tx(async (tx) => {
    let next = 0
    await tx.run`${insertIgnoreInto(imageTable, ...pictures)}`
    await insertProduct(tx, productId, input, slug, (prefix) => stableId(prefix, `${slug}:${next++}`), at)
    for (const { sku } of variants)
      await adjustStockLevel(tx, sku, 20 + stableNumber(sku, 180), {
        reason: 'initial stock',
        actor: 'seed',
        reference: null,
        at,
      })
  })
}

/** Inserts the seeded categories, products and price rules; existing ones stay unchanged. */
export const seed = async (deps: CatalogDeps): Promise<void> => {
  await seedCategoryRows(deps)
  for (const [index, product] of seedProducts.entries()) await seedOne(product, index, deps)
  await seedPriceRules(deps)
}

// Fills the development shop through the same writes as an operator's, with ids and times of its own: two runs give the same shop.
import { createHash } from 'node:crypto'
import { rowsOf } from '@cartwright/db'
import { adjust } from '../db/stock.ts'
import { insertProduct } from '../db/write-products.ts'
import type { CatalogDeps } from '../deps.ts'
import { slugOf as slugFrom } from '../slug.ts'
import { drawPicture } from './picture.ts'
import { colourHues, type SeedProduct, seedCategories, seedOptions, seedProducts } from './products.ts'

const slugOf = (name: string) => slugFrom(name, 'product')
const hashOf = (text: string) => createHash('sha256').update(text).digest()
const stableId = (prefix: string, name: string) => `${prefix}_00${hashOf(`${prefix}:${name}`).toString('hex').slice(0, 22)}`
/** A number from 0 to `below` − 1 that depends on the text alone. */
const stableNumber = (text: string, below: number) => hashOf(text).readUInt32BE() % below

/** The shop opened on a Monday morning, and each product came a few hours after the one before. */
const opened = Date.UTC(2026, 0, 5, 8)
const cameAt = (index: number) => new Date(opened + index * 7 * 3_600_000 + 17 * 60_000)

const variantsOf = ([name, , , , eur, kind]: SeedProduct) => {
  const code = slugOf(name)
    .split('-')
    .map((word) => word.slice(0, 4))
    .join('-')
    .toUpperCase()
  const { name: option, values } = seedOptions[kind]
  return values.map(([label, suffix, surcharge]) => ({
    sku: `${code}-${suffix}`,
    name: label,
    options: option === '' ? {} : { [option]: label },
    prices: [
      { amountMinor: eur + surcharge, currency: 'EUR' },
      { amountMinor: Math.round(((eur + surcharge) * 1.1) / 100) * 100 - 5, currency: 'USD' },
    ],
  }))
}

/** One picture, and for what comes in colours one of each. */
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

const seedCategoryRows = (deps: CatalogDeps) =>
  deps.db.tx(async (tx) => {
    const rows = seedCategories.map(({ slug, name, parent }, position) => [
      stableId('cat', slug),
      slug,
      name,
      parent ? stableId('cat', parent) : null,
      position,
    ])
    await tx.run`INSERT IGNORE INTO category (id, slug, name, parent_id, position) VALUES ${rowsOf(rows)}`
  })

const seedOne = async (product: SeedProduct, index: number, deps: CatalogDeps): Promise<void> => {
  const [name, category, , , , kind, description] = product
  const slug = slugOf(name)
  const productId = stableId('prd', slug)
  if (await deps.db.one`SELECT id FROM product WHERE id = ${productId}`) return
  const [variants, pictures, at] = [variantsOf(product), picturesOf(product), cameAt(index)]
  const { name: option, values } = seedOptions[kind]
  const input = {
    name,
    description,
    status: 'active' as const,
    categoryIds: [stableId('cat', category)],
    variants,
    images: pictures.map(({ id, alt }) => ({ url: `/v1/images/${id}`, alt })),
    options: option === '' ? [] : [{ name: option, values: values.map(([label]) => label) }],
  }
  await deps.db.tx(async (tx) => {
    let next = 0
    await tx.run`INSERT IGNORE INTO image (id, svg) VALUES ${rowsOf(pictures.map(({ id, svg }) => [id, svg]))}`
    await insertProduct(tx, productId, input, slug, (prefix) => stableId(prefix, `${slug}:${next++}`), at)
    for (const { sku } of variants)
      await adjust(tx, sku, 20 + stableNumber(sku, 180), { reason: 'initial stock', actor: 'seed', reference: null, at })
  })
}

/** Writes the seeded categories and products once; what is there already stays as it is. */
export const seed = async (deps: CatalogDeps): Promise<void> => {
  await seedCategoryRows(deps)
  for (const [index, product] of seedProducts.entries()) await seedOne(product, index, deps)
}

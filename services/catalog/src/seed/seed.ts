// Fills the development shop through the same writes as an operator's, with ids of its own, so that two runs give the same shop.
import { createHash } from 'node:crypto'
import { adjust } from '../db/stock.ts'
import { insertProduct } from '../db/write-products.ts'
import type { CatalogDeps } from '../deps.ts'
import { slugOf } from '../product.ts'
import { drawPicture } from './picture.ts'
import { type SeedProduct, seedCategories, seedOptions, seedProducts } from './products.ts'

const stableId = (prefix: string, name: string) => `${prefix}_00${createHash('sha256').update(`${prefix}:${name}`).digest('hex').slice(0, 22)}`
/** A number from 0 to `below` − 1 that depends on the text alone. */
const stableNumber = (text: string, below: number) => createHash('sha256').update(text).digest().readUInt32BE() % below

const variantsOf = ([name, , , , eur, kind]: SeedProduct) => {
  const code = slugOf(name).split('-').map((word) => word.slice(0, 4)).join('-').toUpperCase()
  const { name: option, values } = seedOptions[kind]
  return values.map(([label, suffix, surcharge]) => ({
    sku: `${code}-${suffix}`,
    name: label,
    options: option === '' ? {} : { [option]: label },
    prices: [
      { amountMinor: eur + surcharge, currency: 'EUR' },
      { amountMinor: Math.round(((eur + surcharge) * 1.1) / 10) * 10 - 1, currency: 'USD' },
    ],
  }))
}

const seedCategoryRows = (deps: CatalogDeps) =>
  deps.db.tx(async (tx) => {
    for (const [position, { slug, name, parent }] of seedCategories.entries()) {
      await tx.run`INSERT IGNORE INTO category (id, slug, name, parent_id, position) VALUES (${stableId('cat', slug)}, ${slug}, ${name}, ${parent ? stableId('cat', parent) : null}, ${position})`
    }
  })

const seedOne = async (product: SeedProduct, deps: CatalogDeps): Promise<void> => {
  const [name, category, motif, hue, , kind, description] = product
  const slug = slugOf(name)
  const productId = stableId('prd', slug)
  if (await deps.db.one`SELECT id FROM product WHERE id = ${productId}`) return
  const variants = variantsOf(product)
  const { name: option, values } = seedOptions[kind]
  let next = 0
  await deps.db.tx(async (tx) => {
    await tx.run`INSERT IGNORE INTO image (id, svg) VALUES (${slug}, ${drawPicture(name, motif, hue)})`
    const input = {
      name, description, status: 'active' as const, categoryIds: [stableId('cat', category)], variants,
      images: [{ url: `/v1/images/${slug}`, alt: `${name}, drawn` }],
      options: option === '' ? [] : [{ name: option, values: values.map(([label]) => label) }],
    }
    await insertProduct(tx, productId, input, slug, (prefix) => stableId(prefix, `${slug}:${next++}`))
    for (const { sku } of variants) await adjust(tx, sku, 20 + stableNumber(sku, 180), { reason: 'initial stock', actor: 'seed', reference: null })
  })
}

/** Writes the seeded categories and products once; what is there already stays as it is. */
export const seed = async (deps: CatalogDeps): Promise<void> => {
  await seedCategoryRows(deps)
  for (const product of seedProducts) await seedOne(product, deps)
}

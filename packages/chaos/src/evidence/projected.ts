// The copies of MySQL's truth: what the search index holds and what the gateway answers from memory, beside what the tables say.
import type { Person } from '../shoppers/person.ts'
import type { World } from '../world/world.ts'
import type { BelievedStock, FoundProduct } from './copies.ts'

interface VariantRow {
  product_id: string
  sku: string
  currency: string | null
  amount_minor: number | null
  free: number
}

/** Products that shoppers may find, from the tables. */
export const productsOf = async ({ query, table }: World): Promise<FoundProduct[]> => {
  const rows = await query<VariantRow>(
    `SELECT v.product_id, v.sku, c.currency, c.amount_minor, CAST(COALESCE(s.on_hand - s.reserved, 0) AS SIGNED) AS free
     FROM ${table('catalog', 'variant')} v JOIN ${table('catalog', 'product')} p ON p.id = v.product_id
     LEFT JOIN ${table('catalog', 'variant_price')} c ON c.variant_id = v.id LEFT JOIN ${table('catalog', 'stock_level')} s ON s.sku = v.sku
     WHERE p.status = 'active' AND p.deleted_at IS NULL AND v.deleted_at IS NULL`,
  )
  return [...Map.groupBy(rows, (row) => row.product_id)].map(([id, variants]) => {
    const prices: Record<string, number> = {}
    for (const { currency, amount_minor: amount } of variants) {
      if (currency !== null && amount !== null) prices[currency] = Math.min(prices[currency] ?? Number.POSITIVE_INFINITY, amount)
    }
    return { id, skus: [...new Set(variants.map(({ sku }) => sku))], prices, inStock: variants.some(({ free }) => free > 0) }
  })
}

interface Found {
  hits: { hits: { _source: FoundProduct }[] }
}

const aliasOf = ({ table }: World): string => `${table('catalog', '').split('catalog')[0]}-products`

/** What the live index holds; an empty list when there is none yet. */
export const documentsIn = async (world: World): Promise<FoundProduct[]> => {
  const base = `${world.engines.elasticsearch.url}/${aliasOf(world)}`
  await fetch(`${base}/_refresh`, { method: 'POST' })
  const answer = await fetch(`${base}/_search?size=5000&_source=id,skus,prices,inStock`)
  if (!answer.ok) return []
  return ((await answer.json()) as Found).hits.hits.map(({ _source }) => _source)
}

interface ProductAnswer {
  variants: { sku: string; available: number }[]
}

/** What product pages say, which the gateway keeps in memory. A page that does not answer by and by is believed to say nonsense. */
export const gatewayBeliefs = async (
  { query, table }: World,
  skus: readonly string[],
  reader: Person,
): Promise<BelievedStock[]> => {
  if (skus.length === 0) return []
  const rows = await query<{ product_id: string }>(
    `SELECT DISTINCT product_id FROM ${table('catalog', 'variant')} WHERE sku IN (${skus.map(() => '?').join(', ')})`,
    skus,
  )
  const pages = await Promise.all(
    rows.map(({ product_id: id }) => reader.insist<ProductAnswer>('GET', `/v1/products/${id}`, { quiet: true, seconds: 30 })),
  )
  return pages.flatMap((page) => {
    if (page.kind !== 'answer' || page.status !== 200)
      return skus.map((sku) => ({ where: 'a product page that does not answer', sku, available: -1 }))
    return page.body.variants.map(({ sku, available }) => ({ where: 'the product page', sku, available }))
  })
}

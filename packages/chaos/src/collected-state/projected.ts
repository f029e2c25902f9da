// Projections of catalog's data: the search index and the product pages, and the tables to compare them with.
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import type { SimulatedUser } from '../shoppers/simulated-user.ts'
import type { FoundProduct, ProjectedStock } from './copies.ts'

interface VariantRow {
  product_id: string
  sku: string
  currency: string | null
  amount_minor: number | null
  free: number
}

/** Products that shoppers can find, from the tables. */
export const productsOf = async ({ query, table }: ShopUnderTest): Promise<FoundProduct[]> => {
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

const aliasOf = ({ table }: ShopUnderTest): string => `${table('catalog', '').split('catalog')[0]}-products`

/** The documents of the live index; an empty list when there is none yet. */
export const documentsIn = async (shop: ShopUnderTest): Promise<FoundProduct[]> => {
  const base = `${shop.engines.elasticsearch.url}/${aliasOf(shop)}`
  await fetch(`${base}/_refresh`, { method: 'POST' })
  const answer = await fetch(`${base}/_search?size=5000&_source=id,skus,prices,inStock`)
  if (!answer.ok) return []
  return ((await answer.json()) as Found).hits.hits.map(({ _source }) => _source)
}

interface ProductAnswer {
  variants: { sku: string; available: number }[]
}

/** Stock levels on product pages, which the gateway caches. A page that does not answer counts as a wrong level. */
export const stockOnProductPages = async (
  { query, table }: ShopUnderTest,
  skus: readonly string[],
  reader: SimulatedUser,
): Promise<ProjectedStock[]> => {
  if (skus.length === 0) return []
  const rows = await query<{ product_id: string }>(
    `SELECT DISTINCT product_id FROM ${table('catalog', 'variant')} WHERE sku IN (${skus.map(() => '?').join(', ')})`,
    skus,
  )
  const pages = await Promise.all(
    rows.map(({ product_id: id }) =>
      reader.callWithRetry<ProductAnswer>('GET', `/v1/products/${id}`, { quiet: true, seconds: 30 }),
    ),
  )
  return pages.flatMap((page) => {
    if (page.kind !== 'answer' || page.status !== 200)
      return skus.map((sku) => ({ where: 'a product page that does not answer', sku, available: -1 }))
    return page.body.variants.map(({ sku, available }) => ({ where: 'the product page', sku, available }))
  })
}

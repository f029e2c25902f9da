// Reads a page of products for a category or a search.
import type { Client } from '@cartwright/sdk'
import { redirect } from 'react-router'
import type { ListedProducts } from './components/product-list.tsx'
import { filtersIn, searchQuery } from './listing.ts'

/** A chosen price range as two amounts, so that an address means the same to people and programs. */
const withoutRange = (url: URL): URL | null => {
  const range = /^(\d{1,9})-(\d{0,9})$/.exec(url.searchParams.get('range') ?? '')
  if (!url.searchParams.has('range')) return null
  url.searchParams.delete('range')
  if (range?.[1]) url.searchParams.set('minPrice', range[1])
  if (range?.[2]) url.searchParams.set('maxPrice', range[2])
  return url
}

/** @param category slug; absent to search everything */
export const listProducts = async (
  client: Client,
  request: Request,
  { category, sort }: { category?: string; sort: string },
): Promise<ListedProducts> => {
  const url = new URL(request.url)
  const cleaned = withoutRange(url)
  if (cleaned) throw redirect(`${cleaned.pathname}${cleaned.search}`)
  const filters = filtersIn(url.searchParams, sort)
  const page = await client.search.products({ ...searchQuery(filters), ...(category ? { category } : {}) })
  const currency = page.items.find(({ price }) => price !== null)?.price?.currency ?? 'EUR'
  return { items: page.items, nextCursor: page.nextCursor, total: page.total, facets: page.facets, filters, currency }
}

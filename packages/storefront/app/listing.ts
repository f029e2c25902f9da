// What a list of products is filtered and sorted by, between the page's address and the shop's search.

export const sorts = ['relevance', '-createdAt', 'price', '-price', 'name'] as const

export interface Filters {
  q: string
  sort: string
  inStock: boolean
  minPrice: number | null
  maxPrice: number | null
  /** Chosen values by option, such as `color` → `moss`. */
  options: Record<string, string[]>
  cursor: string | null
  /** Whether the address names an order. */
  isSorted: boolean
}

const amountIn = (text: string | null): number | null => (text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null)

const optionsIn = (query: URLSearchParams): Record<string, string[]> => {
  const names = [...new Set([...query.keys()].filter((key) => key.startsWith('option.')))]
  return Object.fromEntries(names.map((key) => [key.slice('option.'.length), query.getAll(key)]))
}

/** @param fallback how to sort when the address does not say */
export const filtersIn = (query: URLSearchParams, fallback: string): Filters => {
  const sort = query.get('sort') ?? fallback
  return {
    q: (query.get('q') ?? '').trim().slice(0, 200),
    sort: (sorts as readonly string[]).includes(sort) ? sort : fallback,
    inStock: query.get('inStock') === 'true',
    minPrice: amountIn(query.get('minPrice')),
    maxPrice: amountIn(query.get('maxPrice')),
    options: optionsIn(query),
    cursor: query.get('cursor'),
    isSorted: query.has('sort'),
  }
}

/** The query of the shop's search. */
export const searchQuery = ({ q, sort, inStock, minPrice, maxPrice, options, cursor }: Filters): Record<string, unknown> => ({
  ...(q ? { q } : {}),
  sort,
  limit: 24,
  ...(inStock ? { inStock: true } : {}),
  ...(minPrice === null ? {} : { minPrice }),
  ...(maxPrice === null ? {} : { maxPrice }),
  ...(cursor ? { cursor } : {}),
  ...Object.fromEntries(Object.entries(options).map(([name, values]) => [`option.${name}`, values])),
})

/** Whether the address shows another list than the plain one: filtered, continued, or in an order of its own. */
export const isNarrowed = (filters: Filters): boolean => isFiltered(filters) || filters.cursor !== null || filters.isSorted

/** Whether anything but words and order narrows the list. */
export const isFiltered = ({ inStock, minPrice, maxPrice, options }: Filters): boolean =>
  inStock || minPrice !== null || maxPrice !== null || Object.keys(options).length > 0

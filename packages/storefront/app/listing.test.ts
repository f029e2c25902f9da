// What the address of a list says, and what the shop's search is asked.
import { expect, test } from 'vitest'
import { filtersIn, isFiltered, isNarrowed, searchQuery } from './listing.ts'

const read = (query: string) => filtersIn(new URLSearchParams(query), '-createdAt')

test('an empty address asks for everything, the newest first', () => {
  expect(searchQuery(read(''))).toEqual({ sort: '-createdAt', limit: 24 })
  expect(isFiltered(read(''))).toBe(false)
})

test('passes words, order, stock, prices and options on', () => {
  const filters = read(
    'q=+mug+&sort=price&inStock=true&minPrice=500&maxPrice=2000&option.colour=moss&option.colour=ink&cursor=abc',
  )
  expect(searchQuery(filters)).toEqual({
    q: 'mug',
    sort: 'price',
    limit: 24,
    inStock: true,
    minPrice: 500,
    maxPrice: 2000,
    'option.colour': ['moss', 'ink'],
    cursor: 'abc',
  })
  expect(isFiltered(filters)).toBe(true)
})

test.each(['sort=random', 'minPrice=-3', 'minPrice=1e9', 'maxPrice=abc', 'inStock=maybe'])('ignores %s', (query) => {
  expect(searchQuery(read(query))).toEqual({ sort: '-createdAt', limit: 24 })
})

test.each(['sort=price', 'inStock=true', 'cursor=abc', 'option.colour=moss'])(
  '%s shows another list than the plain one',
  (query) => {
    expect(isNarrowed(read(query))).toBe(true)
  },
)

test('words alone, and what is ignored, narrow nothing that an address would be kept from', () => {
  expect(isNarrowed(read(''))).toBe(false)
  expect(isNarrowed(read('minPrice=-3&utm_source=mail'))).toBe(false)
})

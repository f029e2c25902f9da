// Which variant the page of a product shows.
import type { Product } from '@cartwright/sdk'
import { expect, test } from 'vitest'
import { choiceIn, queryWith, variantOf } from './choose-variant.ts'

const variant = (colour: string, size: string, available: number) => ({
  sku: `${colour}-${size}`.toUpperCase(),
  options: { colour, size },
  available,
  price: { amountMinor: 100, currency: 'EUR' },
})
const product = {
  options: [
    { name: 'colour', values: ['moss', 'ink'] },
    { name: 'size', values: ['s', 'm'] },
  ],
  variants: [variant('moss', 's', 0), variant('moss', 'm', 3), variant('ink', 's', 2)],
} as unknown as Product
const shown = (query: string) => variantOf(product, choiceIn(product, new URLSearchParams(query)))?.sku

test('shows the first variant that can be bought', () => {
  expect(shown('')).toBe('MOSS-M')
})

test('keeps what the address names and fills in the rest with what can be bought', () => {
  expect(shown('colour=ink')).toBe('INK-S')
  expect(shown('size=s')).toBe('INK-S')
})

test('shows a sold-out variant that the address names', () => {
  expect(shown('colour=moss&size=s')).toBe('MOSS-S')
})

test('has no variant for a combination that does not exist', () => {
  expect(shown('colour=ink&size=m')).toBeUndefined()
})

test.each(['colour=red', 'material=gold', 'colour=%3Cscript%3E'])('ignores %s, which the product does not have', (query) => {
  expect(shown(query)).toBe('MOSS-M')
})

test('names every option in the address of a choice', () => {
  expect(queryWith({ colour: 'moss', size: 's' }, 'size', 'm')).toBe('colour=moss&size=m')
})

// Comparison of cached copies: different content at one version, a newer version, no expiry. Older copies are correct.
import { expect, test } from 'vitest'
import { aCart, aLine, aView } from '../fixtures.ts'
import { findProblem, type Originals } from './compare.ts'

const cart = { ...aCart([aLine('MUG', 2), aLine('POT', 1)]), version: 5 }
const originals: Originals = {
  carts: new Map([['gst_1', cart]]),
  variants: new Map(),
  stock: new Map([['MUG', { available: 3, version: 7 }]]),
}
const copy = { key: 'cart:open:gst_1', kind: 'cart', principalId: 'gst_1', version: 5, value: cart, expiresMs: 1000 } as const
const level = {
  key: 'cart:stock:MUG',
  kind: 'stock',
  sku: 'MUG',
  version: 7,
  value: { available: 3, version: 7 },
  expiresMs: 1000,
} as const

test('equal copies in any order, older ones, closed carts and marks of removed subjects are correct', () => {
  expect(findProblem(copy, originals)).toBeNull()
  expect(findProblem({ ...copy, value: { ...cart, lines: cart.lines.toReversed() } }, originals)).toBeNull()
  expect(findProblem({ ...copy, version: 4, value: { ...cart, lines: [] } }, originals)).toBeNull()
  expect(findProblem({ ...copy, principalId: 'gst_2' }, originals)).toBeNull()
  expect(findProblem({ ...copy, version: 6, value: null }, originals)).toBeNull()
  expect(findProblem(level, originals)).toBeNull()
})

test('a variant that an older replica copied without tax class and weight equals the defaults, and differs from anything else', () => {
  const [sku, { variant }] = aView('MUG')
  if (variant === null) throw new Error('the fixture has no variant')
  const { taxClass: _taxClass, weightGrams: _weight, requiresShipping: _shipping, ...older } = variant
  const copied = {
    key: 'cart:variant:MUG',
    kind: 'variant',
    sku,
    version: variant.version,
    value: older as typeof variant,
    expiresMs: 1000,
  } as const
  const against = (original: typeof variant) => findProblem(copied, { ...originals, variants: new Map([[sku, original]]) })
  expect(against(variant)).toBeNull()
  for (const more of [{ taxClass: 'zero' as const }, { weightGrams: 1 }, { requiresShipping: false }])
    expect(against({ ...variant, ...more })?.problem).toContain('something else')
})

test('a copy that differs, is newer, has no original or never expires is a problem', () => {
  expect(findProblem({ ...copy, value: { ...cart, lines: [] } }, originals)?.problem).toContain('something else')
  expect(findProblem({ ...level, value: { available: 4, version: 7 } }, originals)?.problem).toContain('something else')
  expect(findProblem({ ...level, version: 8 }, originals)?.problem).toContain('has version 8 in Redis and 7 in MySQL')
  expect(findProblem({ ...level, sku: 'NOBODY' }, originals)?.problem).toContain('MySQL does not know it')
  expect(findProblem({ ...copy, value: null, expiresMs: -1 }, originals)?.problem).toBe('is kept for ever')
})

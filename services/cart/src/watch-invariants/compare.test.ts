// When a copy contradicts MySQL: another content at the same version, a version of the future, a life without end. Older ones are sound.
import { expect, test } from 'vitest'
import { aCart, aLine } from '../fixtures.ts'
import { copyTrouble, type Originals } from './compare.ts'

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

test('copies that say the same, in whatever order, older ones, closed carts and marks of what is gone are sound', () => {
  expect(copyTrouble(copy, originals)).toBeNull()
  expect(copyTrouble({ ...copy, value: { ...cart, lines: cart.lines.toReversed() } }, originals)).toBeNull()
  expect(copyTrouble({ ...copy, version: 4, value: { ...cart, lines: [] } }, originals)).toBeNull()
  expect(copyTrouble({ ...copy, principalId: 'gst_2' }, originals)).toBeNull()
  expect(copyTrouble({ ...copy, version: 6, value: null }, originals)).toBeNull()
  expect(copyTrouble(level, originals)).toBeNull()
})

test('what says something else, is ahead, has no original or never ends is not', () => {
  expect(copyTrouble({ ...copy, value: { ...cart, lines: [] } }, originals)?.trouble).toContain('something else')
  expect(copyTrouble({ ...level, value: { available: 4, version: 7 } }, originals)?.trouble).toContain('something else')
  expect(copyTrouble({ ...level, version: 8 }, originals)?.trouble).toContain('has version 8 in Redis and 7 in MySQL')
  expect(copyTrouble({ ...level, sku: 'NOBODY' }, originals)?.trouble).toContain('MySQL does not know it')
  expect(copyTrouble({ ...copy, value: null, expiresMs: -1 }, originals)?.trouble).toBe('is kept for ever')
})

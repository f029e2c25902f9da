// Names of lines: product and variant, in the languages that the product is translated to.
import { expect, test } from 'vitest'
import { lineName, nameIn, translatedLineNames } from './line-names.ts'

test('a line is called as its product, with the variant where it has a name', () => {
  expect([lineName('Mug', ''), lineName('Mug', 'blue')]).toEqual(['Mug', 'Mug — blue'])
})

test('each translated name of the product gives a name, and a language without one falls back', () => {
  const names = translatedLineNames({ de: { name: 'Becher' }, en: { description: 'For tea' } }, 'XL')
  expect(names).toEqual({ de: 'Becher — XL' })
  expect(nameIn({ name: 'Mug — XL', names }, 'de')).toBe('Becher — XL')
  expect(nameIn({ name: 'Mug — XL', names }, 'en')).toBe('Mug — XL')
  expect(nameIn({ name: 'Mug' }, 'de')).toBe('Mug')
})

// The German texts have every key and every placeholder of the English ones.
import { expect, test } from 'vitest'
import { de } from './de.ts'
import { en } from './en.ts'

const flat = (texts: object, path = ''): [string, string][] =>
  Object.entries(texts).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${path}${key}`, value] as [string, string]] : flat(value, `${path}${key}.`),
  )
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()

test('both languages have the same keys', () => {
  expect(flat(de).map(([key]) => key)).toEqual(flat(en).map(([key]) => key))
})

test.each(flat(en))('%s has the same placeholders in both languages', (key, text) => {
  expect(placeholders(new Map(flat(de)).get(key) ?? '')).toEqual(placeholders(text))
})

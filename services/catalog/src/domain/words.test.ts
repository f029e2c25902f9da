// Tokenizer: spellings of one word match in any script, and different words do not.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nameKeyLength } from '../db/column-lengths.ts'
import { exactKeyOf, fold, indexWordsOf, nameKeyOf, queryWordsOf } from './words.ts'

/** Whether a product of this name is found by the words of a query. */
const finds = (name: string, q: string): boolean => {
  const words = [...indexWordsOf(name, []).keys()]
  const questions = queryWordsOf(q)
  const fits = questions.every(({ words: exact, prefix }) =>
    words.some((word) => exact.includes(word) || (prefix !== null && word.startsWith(prefix))),
  )
  return (questions.length > 0 && fits) || words.includes(exactKeyOf(q))
}

test.each([
  ['HD TV 4K', '4K TV'],
  ['Phone 15', 'phone 15'],
  ['iPhone 15', 'iphone15'],
  ['iPhone15 Pro', 'iphone 15'],
  ['京都抹茶セット', '抹茶セット'],
  ['京都抹茶セット', '茶'],
  ['京都抹茶セット', 'ト'],
  ['ﾊｰﾌﾞﾃｨｰ', 'ハーブティー'],
  ['红色陶瓷茶杯', '陶瓷'],
  ['กาแฟคั่วเข้ม', 'คั่ว'],
  ['무선이어폰', '이어폰'],
  ['नीला प्याला', 'प्याला'],
  ['كِتَابٌ أَزْرَق', 'كتاب ازرق'],
  ['Harbour Mug', 'mugs'],
  ['Steak Knives', 'knife'],
  ['Gift Box', 'boxes'],
  ['Berries', 'berry'],
  ['Water Glass', 'glasses'],
  ['Women Socks', 'woman'],
  ['Café Zürich', 'cafe zurich'],
  ['Cafe Zurich', 'CAFÉ ZU\u0308RICH'],
  ['Hauptstraße', 'hauptstrasse'],
  ['HAUPTSTRASSE', 'hauptstraße'],
  ['T-Shirt', 'tshirt'],
  ['Tshirt', 't-shirt'],
  ['T Shirt', 'tshirt'],
  ['Tshirt', 'T shirt'],
  ['Wi-Fi-Router', 'wifirouter'],
  ["Men's Coat", 'mens coat'],
  ['İstanbul', 'istanbul'],
  ['ISTANBUL', 'ıstanbul'],
  ['Studio Headphones', 'headph'],
  ['كتاب ١٥', 'كتاب 15'],
  ['❤️ Mug', '❤'],
  ['+++', '+++'],
  ['ﷺ', 'ﷺ'],
])('%s is found by %s', (name, q) => {
  expect(finds(name, q)).toBe(true)
})

test.each([
  ['Phone 14', 'phone 15'],
  ['Phone 150', 'phone 15'],
  ['Vitamin B', 'vitamin a'],
  ['京都抹茶セット', '茶京'],
  ['セット 抹茶', '抹茶セット'],
  ['무선이어폰', '폰이'],
  ['Harbour Mug', 'harbour lamp'],
  ['Size 5 5', '55'],
  ['Glass', 'gla s'],
])('%s is not found by %s', (name, q) => {
  expect(finds(name, q)).toBe(false)
})

const scripts = [
  'abcXYZ',
  'éüßñŁø',
  'αβγΩς',
  'дежзЁЙ',
  'كتابأة',
  'שלוםםּ',
  'किताब',
  'กาแฟคั่',
  '京都抹茶',
  'カタひらがー',
  '무선이어폰',
  '0123456789',
  " -'’./&+_",
  '😀🎁❤️👩‍🚀',
  'ﷺİﬁ①',
]
const name = fc
  .array(fc.constantFrom(...scripts.flatMap((script) => Array.from(script))), { minLength: 1, maxLength: 60 })
  .map((characters) => characters.join(''))
  .filter((text) => /\S/.test(text))

describe('every name', { timeout: 60_000 }, () => {
  test('every name is found by itself, in any case and any Unicode form', () => {
    fc.assert(
      fc.property(fc.oneof(name, fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })), (text) => {
        for (const q of [text, ` ${text} `, text.normalize('NFD'), text.normalize('NFC'), text.normalize('NFKC')])
          expect(finds(text, q)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  test('every name is found by each of its words', () => {
    fc.assert(
      fc.property(name, (text) => {
        for (const word of text.split(/\s+/)) if (queryWordsOf(word).length > 0) expect(finds(text, word)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  test('every name has a sort key of bounded length that folding does not change, and words that fit their column', () => {
    fc.assert(
      fc.property(fc.oneof(name, fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
        expect(Array.from(nameKeyOf(text)).length).toBeLessThanOrEqual(nameKeyLength)
        expect(fold(fold(text))).toBe(fold(text))
        for (const word of indexWordsOf(text, [text]).keys()) expect(Array.from(word).length).toBeLessThanOrEqual(64)
      }),
      { numRuns: 200 },
    )
  })
})

test('the longest description is indexed in bounded time and number', () => {
  const started = performance.now()
  const flood = Array.from({ length: 10_000 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('')
  expect(indexWordsOf('x', [flood]).size).toBeLessThanOrEqual(5000)
  expect(indexWordsOf('ﷺ'.repeat(200), ['\u0301'.repeat(10_000), 'a-'.repeat(5000), 'ﷺ'.repeat(10_000)]).size).toBeGreaterThan(4)
  expect(performance.now() - started).toBeLessThan(3000)
})

// Order of search results in memory, the same as that of Elasticsearch, and the page behind a cursor. Pure.

import type { CursorValue } from '@cartwright/db'
import { unpricedDown, unpricedUp } from './product.ts'
import type { SearchDocument } from './search-document.ts'
import type { SearchHit, SearchInput } from './search-engine.ts'

/** A found document with its relevance. */
interface ScoredDocument {
  document: Pick<SearchDocument, 'id' | 'nameKey' | 'createdKey' | 'prices'>
  score: number
}

const sortValuesOf = ({ document, score }: ScoredDocument, { sort, currency }: SearchInput): CursorValue[] => {
  const { id, nameKey, createdKey, prices } = document
  if (sort === 'relevance') return [score, createdKey, id]
  if (sort === 'name' || sort === '-name') return [nameKey, id]
  if (sort === 'createdAt' || sort === '-createdAt') return [createdKey, id]
  return [prices[currency] ?? (sort === 'price' ? unpricedUp : unpricedDown), id]
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000

/** Compares by code point. JavaScript compares by UTF-16 unit, where letters beyond U+FFFF come before those from U+E000 on. */
const compareText = (a: string, b: string): number => {
  const end = Math.min(a.length, b.length)
  let index = 0
  while (index < end && a.charCodeAt(index) === b.charCodeAt(index)) index += 1
  if (index === end) return a.length - b.length
  const left = a.charCodeAt(index)
  const right = b.charCodeAt(index)
  if (isSurrogate(left) !== isSurrogate(right) && left >= 0xd800 && right >= 0xd800) return isSurrogate(left) ? 1 : -1
  return left - right
}

const compareValues = (a: readonly CursorValue[], b: readonly CursorValue[]): number => {
  for (let index = 0; index < a.length; index++) {
    const left = a[index]
    const right = b[index]
    const order =
      typeof left === 'number' && typeof right === 'number' ? left - right : compareText(String(left ?? ''), String(right ?? ''))
    if (order !== 0) return order
  }
  return 0
}

/** The first `count` items in order. Sorts no more of them than that: a page is much shorter than what was found. */
const firstOf = <T>(items: Iterable<T>, count: number, compare: (a: T, b: T) => number): T[] => {
  const first: T[] = []
  for (const item of items) {
    const last = first.at(-1)
    if (first.length === count && last !== undefined && compare(item, last) >= 0) continue
    let [low, high] = [0, first.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const there = first[middle]
      if (there !== undefined && compare(there, item) <= 0) low = middle + 1
      else high = middle
    }
    first.splice(low, 0, item)
    if (first.length > count) first.pop()
  }
  return first
}

/** Hits of a page, and one more when there is a next page. */
export const pageOfHits = (found: readonly ScoredDocument[], input: SearchInput): SearchHit[] => {
  const { sort, limit, after } = input
  const direction = sort === 'relevance' || sort.startsWith('-') ? -1 : 1
  const compare = (a: readonly CursorValue[], b: readonly CursorValue[]) => direction * compareValues(a, b)
  const hits = found.map((entry) => ({ id: entry.document.id, sortValues: sortValuesOf(entry, input) }))
  const behind = after === undefined ? hits : hits.filter(({ sortValues }) => compare(sortValues, after) > 0)
  return firstOf(behind, limit + 1, (a, b) => compare(a.sortValues, b.sortValues))
}

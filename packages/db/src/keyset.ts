// Keyset paging: an opaque cursor holds the sort values of the last row, so every page costs as much as the first one.
import { join, raw, type Sql, type SqlValue, sql } from './sql.ts'

/** A column to sort by, in SQL, with its direction. The last one must be unique. */
export interface SortKey {
  column: string
  descending: boolean
}

export type CursorValue = string | number | null

/** The cursor belongs to another list, or is malformed. HTTP answers 400. */
export class CursorError extends Error {
  constructor() {
    super('the cursor is not valid for this list: use a `nextCursor` that the same list returned')
    this.name = 'CursorError'
  }
}

/** @param sortName names the order, so a cursor cannot be used with another one */
export const encodeCursor = (sortName: string, values: readonly CursorValue[]): string =>
  Buffer.from(JSON.stringify([sortName, ...values])).toString('base64url')

/** The last value of a cursor is the unique id, in an ascii column. Comparing it with other text is an error on both engines. */
const isAsciiId = (value: CursorValue | undefined): boolean => typeof value !== 'string' || /^[\x20-\x7e]*$/.test(value)

/** @throws CursorError when malformed or made for another order */
export const decodeCursor = (sortName: string, cursor: string, count: number): CursorValue[] => {
  const decoded = parse(cursor)
  if (!Array.isArray(decoded) || decoded.length !== count + 1 || decoded[0] !== sortName) throw new CursorError()
  const values: unknown[] = decoded.slice(1)
  const isCursorValue = (value: unknown): value is CursorValue =>
    value === null || typeof value === 'string' || typeof value === 'number'
  if (!values.every(isCursorValue) || !isAsciiId(values.at(-1))) throw new CursorError()
  return values
}

const parse = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw new CursorError()
  }
}

/** Rows strictly behind `values` in the order of `keys`: (a > x) OR (a = x AND b > y) … No key may be NULL. */
export const after = (keys: readonly SortKey[], values: readonly SqlValue[]): Sql =>
  join(
    keys.map((key, index) => {
      const equal = keys.slice(0, index).map((before, at) => sql`${raw(before.column)} = ${values[at] ?? null}`)
      const beyond = sql`${raw(key.column)} ${raw(key.descending ? '<' : '>')} ${values[index] ?? null}`
      return sql`(${join([...equal, beyond], ' AND ')})`
    }),
    ' OR ',
  )

export const orderBy = (keys: readonly SortKey[]): Sql =>
  join(
    keys.map((key) => raw(`${key.column} ${key.descending ? 'DESC' : 'ASC'}`)),
    ', ',
  )

/** Splits the rows of `LIMIT limit + 1` into a page and the cursor of the next page. */
export const pageOf = <T>(
  rows: readonly T[],
  limit: number,
  cursorOf: (last: T) => string,
): { items: T[]; nextCursor: string | null } => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null }
}

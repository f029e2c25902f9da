// Invariant: a query for rows that contradict a rule, over the newest rows, a slice of the older ones and what the last scan found.
import { after, type Database, join, orderBy, raw, type Sql, sql } from '@cartwright/db'

/** A row by the values of its key. */
export interface Row {
  table: string
  key: readonly (string | number)[]
}

/** One thing that contradicts an invariant. */
export interface Violation {
  /** Stable for as long as the contradiction lasts, and different for another contradiction. */
  id: string
  /** One line for the log: ids and amounts, nothing personal. */
  description: string
  /** Rows that the next scan reads again; needed where a scan does not read all rows. */
  rows?: readonly Row[]
}

/** What a check knows of the scan before, and how it walks through a table. */
export interface Scan {
  /** What the scan before found. */
  before: readonly Violation[]
  /**
   * A SELECT of keys besides the newest rows: the next slice in order of the key, from the beginning again after the last one, and the
   * rows of what the scan before found.
   * @param key columns of a unique key
   */
  older(db: Database, table: string, key: readonly string[], size?: number): Promise<Sql>
}

export interface Invariant<Deps> {
  /** Label of the metrics, such as `I2-stock-bounds`. */
  name: string
  /** What is always true. */
  sentence: string
  /**
   * Finds contradictions by reads alone, along an index. Each comparison is one statement, hence one moment of the database.
   * @returns at most `maxViolations`
   */
  find(context: { deps: Deps; scan: Scan }): Promise<Violation[]>
}

/** Violations that a scan reports at most. */
export const maxViolations = 20

/** Two scans cover a few thousand rows. */
const sliceSize = 2500

export const invariant = <Deps>(definition: Invariant<Deps>): Invariant<Deps> => definition

const equal = (columns: readonly string[], values: Row['key']): Sql =>
  join(
    columns.map((column, index) => sql`${raw(column)} = ${values[index] ?? null}`),
    ' AND ',
  )

/** Creates the scans of an invariant, which keep their cursors in memory. @returns a function that runs one scan */
export const createScans = <Deps>({ find }: Invariant<Deps>): ((deps: Deps) => Promise<readonly Violation[]>) => {
  const cursors = new Map<string, Row['key']>()
  let before: readonly Violation[] = []

  const older: Scan['older'] = async (db, table, key, size = sliceSize) => {
    const columns = raw(key.join(', '))
    const order = key.map((column) => ({ column, descending: false }))
    const cursor = cursors.get(table)
    const from = sql`
      SELECT ${columns}
      FROM ${raw(table)}
      WHERE ${cursor ? after(order, cursor) : raw('TRUE')}
      ORDER BY ${orderBy(order)}`
    const last = await db.one<Record<string, string | number>>`${from} LIMIT 1 OFFSET ${size - 1}`
    if (last === null) cursors.delete(table)
    else cursors.set(table, Object.values(last))
    const again = before.flatMap(({ rows = [] }) => rows.filter((row) => row.table === table))
    const found = again.map((row) => sql`UNION SELECT ${columns} FROM ${raw(table)} WHERE ${equal(key, row.key)}`)
    return sql`SELECT ${columns} FROM (${from} LIMIT ${size}) slice ${join(found, ' ')}`
  }

  return async (deps) => {
    before = (await find({ deps, scan: { before, older } })).slice(0, maxViolations)
    return before
  }
}

// What must always be true of a service, as queries that look for the contrary: at what is new, at a slice of what is older, and again at what they found.
import { after, type Database, join, orderBy, raw, type Sql, sql } from '@cartwright/db'

/** A row by the values of its key. */
export interface Row {
  table: string
  key: readonly (string | number)[]
}

/** One thing that contradicts an invariant. */
export interface Violation {
  /** The same at every run for as long as it lasts, and another one for another contradiction. */
  id: string
  /** One line for the log: ids and amounts, nothing personal. */
  account: string
  /** Rows that are looked at again in the next round; needed where a round does not look at everything. */
  rows?: readonly Row[]
}

/** One check among those that follow one another in a process. */
export interface Round {
  /** What the round before found. */
  before: readonly Violation[]
  /**
   * Rows of a table besides the newest ones, as a SELECT of their keys: the next slice in order of the key, from the beginning again
   * after the last one, and the rows of what the round before found.
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
   * Looks for contradictions, by reads alone and cheaply on big tables: along an index, over what is recent and a slice of what is not.
   * Each comparison is one statement, hence one moment of the database.
   * @returns `keptViolations` at most
   */
  find(deps: Deps, round: Round): Promise<Violation[]>
}

/** More contradictions than this say nothing more. */
export const keptViolations = 20

/** A few thousand rows are walked in two rounds. */
const sliceSize = 2500

export const invariant = <Deps>(definition: Invariant<Deps>): Invariant<Deps> => definition

const equal = (columns: readonly string[], values: Row['key']): Sql =>
  join(
    columns.map((column, index) => sql`${raw(column)} = ${values[index] ?? null}`),
    ' AND ',
  )

/** Checks an invariant round after round, and keeps in memory how far its walks are. @returns what runs one round */
export const roundsOf = <Deps>({ find }: Invariant<Deps>): ((deps: Deps) => Promise<readonly Violation[]>) => {
  const cursors = new Map<string, Row['key']>()
  let before: readonly Violation[] = []

  const older: Round['older'] = async (db, table, key, size = sliceSize) => {
    const columns = raw(key.join(', '))
    const order = key.map((column) => ({ column, descending: false }))
    const cursor = cursors.get(table)
    const from = sql`SELECT ${columns} FROM ${raw(table)} WHERE ${cursor ? after(order, cursor) : raw('TRUE')} ORDER BY ${orderBy(order)}`
    const last = await db.one<Record<string, string | number>>`${from} LIMIT 1 OFFSET ${size - 1}`
    if (last === null) cursors.delete(table)
    else cursors.set(table, Object.values(last))
    const again = before.flatMap(({ rows = [] }) => rows.filter((row) => row.table === table))
    const found = again.map((row) => sql`UNION SELECT ${columns} FROM ${raw(table)} WHERE ${equal(key, row.key)}`)
    return sql`SELECT ${columns} FROM (${from} LIMIT ${size}) slice ${join(found, ' ')}`
  }

  return async (deps) => {
    before = (await find(deps, { before, older })).slice(0, keptViolations)
    return before
  }
}

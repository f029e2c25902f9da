// Table descriptions that `prisma generate` writes to `src/db/generated/rows.ts`, and the INSERT statement that is built from one.
import { raw, rowsOf, type Sql, type SqlValue, sql } from './sql.ts'

/** One table as `schema.prisma` describes it. */
export interface TableDescription {
  readonly name: string
  /** SQL types by column, in the order of the schema: `varchar(40) not null`, `bigint not null default`. */
  readonly columns: Readonly<Record<string, string>>
  /** `primary (id)`, `unique refund_cause (order_id, cause)`, `index refund_state (state, id)`. */
  readonly keys: readonly string[]
}

/** `Optional` names the columns that an INSERT may leave out, because they allow NULL or have a default. */
export interface Table<Row, Optional extends keyof Row = never> extends TableDescription {
  /** Carries the types; it has no value. */
  readonly newRow?: NewRow<Row, Optional>
}

/** A flag comes back as 0 or 1 and may be written as a boolean. */
type Writable<Value> = Value | Sql | ([Value] extends [0 | 1] ? boolean : never)

/** The values of a new row: what has neither a default nor allows NULL is required. */
export type NewRow<Row, Optional extends keyof Row = never> = {
  readonly [C in Exclude<keyof Row, Optional>]: Writable<Row[C]>
} & { readonly [C in Optional]?: Writable<Row[C]> | undefined }

/** New values of some columns, for `assignments`. */
export type Changes<Row> = { readonly [C in keyof Row]?: Row[C] | Sql }

/** Columns of a table that an outer join adds: all NULL where it finds no row. */
export type OuterJoined<Row> = { readonly [C in keyof Row]: Row[C] | null }

type NullableColumns<Row> = { [C in keyof Row]-?: null extends Row[C] ? C : never }[keyof Row]

/** NULL for every column that allows it: what a new row holds where an INSERT left a column out. */
export const nullColumns = <Row, Optional extends keyof Row>(
  table: Table<Row, Optional>,
): { readonly [C in NullableColumns<Row>]: null } =>
  Object.fromEntries(
    Object.entries(table.columns).flatMap(([column, type]) => (type.includes('not null') ? [] : [[column, null]])),
  ) as { readonly [C in NullableColumns<Row>]: null }

type Cells = Readonly<Record<string, SqlValue | Sql>>

const insert = (verb: string, table: TableDescription, rows: readonly Cells[]): Sql => {
  const columns = Object.keys(table.columns).filter((column) => rows[0]?.[column] !== undefined)
  const cells = rows.map((row) => columns.map((column) => row[column] ?? null))
  return sql`${raw(verb)} ${raw(table.name)} (${raw(columns.join(', '))}) VALUES ${rowsOf(cells)}`
}

/**
 * `INSERT INTO name (a, b) VALUES (?, ?), (?, ?)`, for one row or several. Columns that the first row leaves out get their default.
 * More clauses may follow, such as `ON DUPLICATE KEY UPDATE`.
 */
export const insertInto = <Row, Optional extends keyof Row>(
  table: Table<Row, Optional>,
  ...rows: readonly NewRow<NoInfer<Row>, NoInfer<Optional>>[]
): Sql => insert('INSERT INTO', table, rows as readonly Cells[])

/** The same, without an error for a row whose key is taken. */
export const insertIgnoreInto = <Row, Optional extends keyof Row>(
  table: Table<Row, Optional>,
  ...rows: readonly NewRow<NoInfer<Row>, NoInfer<Optional>>[]
): Sql => insert('INSERT IGNORE INTO', table, rows as readonly Cells[])

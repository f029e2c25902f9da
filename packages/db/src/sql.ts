// Tagged-template SQL: text and values never meet outside the driver, and fragments nest.

/** A piece of SQL with its values; what the `sql` tag returns. */
export interface Sql {
  readonly text: string
  readonly values: readonly SqlValue[]
}
export type SqlValue = string | number | bigint | boolean | Date | Buffer | null

export const isSql = (value: unknown): value is Sql =>
  typeof value === 'object' && value !== null && 'text' in value && 'values' in value

/** Builds SQL. Values become placeholders; nested fragments are spliced in. */
export const sql = (strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]): Sql => {
  let text = strings[0] ?? ''
  const values: SqlValue[] = []
  parts.forEach((part, index) => {
    if (isSql(part)) {
      text += part.text
      values.push(...part.values)
    } else {
      text += '?'
      values.push(part)
    }
    text += strings[index + 1] ?? ''
  })
  return { text, values }
}

/** Text that is SQL itself. Only for literals of the source, never for input. */
export const raw = (text: string): Sql => ({ text, values: [] })

/** Joins fragments, for example conditions with ` AND `. */
export const join = (fragments: readonly Sql[], separator: string): Sql => ({
  text: fragments.map((fragment) => fragment.text).join(separator),
  values: fragments.flatMap((fragment) => fragment.values),
})

/** `?, ?, ?` for IN lists. An empty list becomes NULL, which matches nothing. */
export const list = (values: readonly SqlValue[]): Sql =>
  values.length === 0 ? raw('NULL') : { text: values.map(() => '?').join(', '), values }

/** `(?, ?), (?, ?)` for multi-row inserts; every row must have the same length. Written without fragments: inserts are the hottest SQL. */
export const rowsOf = (rows: readonly (readonly (SqlValue | Sql)[])[]): Sql => {
  const values: SqlValue[] = []
  const textOf = (cell: SqlValue | Sql): string => {
    if (!isSql(cell)) {
      values.push(cell)
      return '?'
    }
    values.push(...cell.values)
    return cell.text
  }
  return { text: rows.map((row) => `(${row.map(textOf).join(', ')})`).join(', '), values }
}

/** `a = ?, b = ?` for UPDATE … SET. Names of columns come from the source, never from input. */
export const assignments = (changes: Readonly<Record<string, SqlValue | Sql | undefined>>): Sql =>
  join(
    Object.entries(changes).flatMap(([column, value]) => (value === undefined ? [] : [sql`${raw(column)} = ${value}`])),
    ', ',
  )

/** All conditions with AND; TRUE when there are none. */
export const where = (conditions: readonly (Sql | false | null | undefined)[]): Sql => {
  const present = conditions.filter((condition): condition is Sql => Boolean(condition))
  return present.length === 0
    ? raw('TRUE')
    : join(
        present.map((condition) => sql`(${condition})`),
        ' AND ',
      )
}

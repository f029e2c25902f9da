// Compares the tables that migrations create with those that `schema.prisma` describes.
import { connect, migrate, type TableDescription } from '@cartwright/db'
import { testSchema } from './schema.ts'

interface ColumnRow {
  tab: string
  col: string
  type: string
  nullable: 'YES' | 'NO'
  preset: string | null
  extra: string
}

interface KeyRow {
  tab: string
  name: string
  is_unique: number
  cols: string
}

/** Removes MariaDB's display widths of integers; `tinyint(1)` is a boolean. */
const typeOf = (type: string): string => (type === 'tinyint(1)' ? type : type.replace(/^(\w*int)\(\d+\)/, '$1'))

/** MariaDB prints the text NULL for a missing default. */
const hasDefault = ({ preset, extra }: ColumnRow): boolean =>
  extra.includes('auto_increment') || (preset !== null && preset !== 'NULL')

const lineOf = (row: ColumnRow): string =>
  `${row.tab}.${row.col} ${typeOf(row.type)}${row.nullable === 'NO' ? ' not null' : ''}${hasDefault(row) ? ' default' : ''}`

const keyLineOf = ({ tab, name, is_unique, cols }: KeyRow): string =>
  name === 'PRIMARY' ? `${tab}: primary (${cols})` : `${tab}: ${Number(is_unique) ? 'unique' : 'index'} ${name} (${cols})`

const migratedLines = async (folder: string): Promise<string[]> => {
  const schema = testSchema('tables')
  await migrate(schema.url, [{ folder, table: '_prisma_migrations' }])
  const connection = await connect(schema.url)
  const own = "TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> '_prisma_migrations'"
  try {
    const columns: ColumnRow[] = await connection.query(`SELECT TABLE_NAME AS tab, COLUMN_NAME AS col, COLUMN_TYPE AS type,
        IS_NULLABLE AS nullable, COLUMN_DEFAULT AS preset, EXTRA AS extra
      FROM information_schema.COLUMNS WHERE ${own}`)
    const keys: KeyRow[] = await connection.query(`SELECT TABLE_NAME AS tab, INDEX_NAME AS name, MAX(NON_UNIQUE) = 0 AS is_unique,
        GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX SEPARATOR ', ') AS cols
      FROM information_schema.STATISTICS WHERE ${own} GROUP BY TABLE_NAME, INDEX_NAME`)
    return [...columns.map(lineOf), ...keys.map(keyLineOf)]
  } finally {
    await connection.end()
    await schema.drop()
  }
}

const describedLines = (tables: readonly TableDescription[]): string[] =>
  tables.flatMap(({ name, columns, keys }) => [
    ...Object.entries(columns).map(([column, type]) => `${name}.${column} ${type}`),
    ...keys.map((key) => `${name}: ${key}`),
  ])

/** @returns what only the migrations or only `schema.prisma` have: columns with type, nullability and default, and keys */
export const tableDifferences = async (folder: string, tables: readonly TableDescription[]): Promise<string[]> => {
  const migrated = new Set(await migratedLines(folder))
  const described = new Set(describedLines(tables))
  return [
    ...[...migrated].filter((line) => !described.has(line)).map((line) => `only in the migrations: ${line}`),
    ...[...described].filter((line) => !migrated.has(line)).map((line) => `only in schema.prisma: ${line}`),
  ].sort()
}

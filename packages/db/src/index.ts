// Public face of the package: pools, transactions, SQL, ids, keyset paging and migrations.

export { batchBeforeCommit } from './batch-before-commit.ts'
export { connect, dialectOf } from './connection.ts'
export { type DatabaseOptions, openDatabase } from './database.ts'
export { asConflict, ConflictError, errnoOf, isRetryable, isTransient, TransactionTimeout } from './errors.ts'
export { getOrCreate } from './get-or-create.ts'
export { idFactory, type NewId, smallestId } from './ids.ts'

export { type JsonColumn, JsonColumnError, json } from './json.ts'

export { after, CursorError, type CursorValue, decodeCursor, encodeCursor, orderBy, pageOf, type SortKey } from './keyset.ts'
export { type LockedRows, type LockedRowsOptions, lockedRows } from './locked-rows.ts'
export { findPending, MigrationError, type MigrationSet, migrate } from './migrate.ts'
export { purge } from './purge.ts'
export { assignments, isSql, join, list, raw, rowsOf, type Sql, type SqlValue, sql, where } from './sql.ts'
export {
  type Changes,
  insertIgnoreInto,
  insertInto,
  type NewRow,
  nullColumns,
  type OuterJoined,
  type Table,
  type TableDescription,
} from './table.ts'
export type { Database, Queryable, Tx, TxLimits, Written } from './types.ts'

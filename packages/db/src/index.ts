// Pool, transactions, SQL, ids, keyset paging, migrations. Knows nothing of the shop.
export { connect, dialectOf } from './connection.ts'
export {
  type Database,
  type DatabaseOptions,
  openDatabase,
  type Queryable,
  type Tx,
  type TxLimits,
  type Written,
} from './database.ts'
export { asConflict, ConflictError, errnoOf, isRetryable, isTransient, TransactionTimeout } from './errors.ts'
export { gather } from './gather.ts'
export { idFactory, type NewId } from './ids.ts'
export { kept } from './kept.ts'
export { after, CursorError, type CursorValue, decodeCursor, encodeCursor, orderBy, pageOf, type SortKey } from './keyset.ts'
export { MigrationError, type MigrationSet, migrate } from './migrate.ts'
export { purge } from './purge.ts'
export { assignments, isSql, join, list, raw, rowsOf, type Sql, type SqlValue, sql, where } from './sql.ts'

// Unit of work and identity map: the rows of one table that a transaction has locked, each read once and known with its changes.

import { getOrCreate } from './get-or-create.ts'
import type { Tx } from './types.ts'

export interface LockedRowsOptions<Row> {
  /** The value that rows are locked by: the primary key, or another unique column that never changes. */
  keyOf(row: Row): string
  /** Reads and locks a row: `SELECT … FOR UPDATE`. */
  lock(tx: Tx, key: string): Promise<Row | null>
  /** Unit of work: writes all changes of one row, right before COMMIT. Without it the caller writes each change itself. */
  save?(tx: Tx, row: Row, changes: Partial<Row>): void
}

export interface LockedRows<Row> {
  /** The row as this transaction knows it, locked until the transaction ends; null when there is none. */
  get(tx: Tx, key: string): Promise<Row | null>
  /**
   * Replaces a locked row. `row` stays as it was: go on with the row that is returned.
   * @throws Error when `row` is not locked, or is not its newest version
   */
  update(tx: Tx, row: Row, changes: Partial<Row>): Row
  /** Makes the next `get` read again, for values that only the database knows. */
  forget(tx: Tx, row: Row): void
}

interface Entry<Row> {
  loading: Promise<Row | null>
  row: Row | null
  changes: Partial<Row> | null
}

export const lockedRows = <Row extends object>({ keyOf, lock, save }: LockedRowsOptions<Row>): LockedRows<Row> => {
  const symbol = Symbol('locked rows')
  const entriesOf = (tx: Tx) => getOrCreate(tx.scope, symbol, () => new Map<string, Entry<Row>>())

  const entryOf = (tx: Tx, key: string): Entry<Row> => {
    const entries = entriesOf(tx)
    const known = entries.get(key)
    if (known !== undefined) return known
    const entry: Entry<Row> = { loading: lock(tx, key), row: null, changes: null }
    entry.loading = entry.loading.then((row) => {
      entry.row = row
      // The transaction may insert it later.
      if (row === null) entries.delete(key)
      return row
    })
    entries.set(key, entry)
    return entry
  }

  const saveAll = async (tx: Tx): Promise<void> => {
    for (const { row, changes } of entriesOf(tx).values()) if (row !== null && changes !== null) save?.(tx, row, changes)
  }

  return {
    get: async (tx, key) => {
      const entry = entryOf(tx, key)
      await entry.loading
      return entry.row
    },
    update: (tx, row, changes) => {
      const entry = entriesOf(tx).get(keyOf(row))
      if (entry?.row !== row) throw new Error(`the row of ${keyOf(row)} is not locked, or was changed since it was read`)
      const next = { ...row, ...changes }
      entry.row = next
      if (save !== undefined) {
        entry.changes = { ...entry.changes, ...changes }
        tx.beforeCommit(symbol, () => saveAll(tx))
      }
      return next
    },
    forget: (tx, row) => void entriesOf(tx).delete(keyOf(row)),
  }
}

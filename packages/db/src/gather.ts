// Gathers rows until right before COMMIT, so that several events handled in one transaction cost one statement and not one each.
import type { Tx } from './database.ts'

/**
 * Remembers `item` and hands everything that was gathered under `key` to `write` right before COMMIT, in the order in which it came.
 * Only for writes that nobody reads in the same transaction.
 */
export const gather = <T>(tx: Tx, key: symbol, item: T, write: (tx: Tx, items: readonly T[]) => Promise<void>): void => {
  const known = tx.locals.get(key) as T[] | undefined
  const items = known ?? []
  if (known === undefined) {
    tx.locals.set(key, items)
    tx.beforeCommit(key, () => write(tx, items))
  }
  items.push(item)
}

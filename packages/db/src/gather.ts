// Gathers rows until right before COMMIT, so that several events handled in one transaction cost one statement and not one each.
import type { Tx } from './database.ts'
import { kept } from './kept.ts'

/**
 * Remembers `item` and hands everything that was gathered under `key` to `write` right before COMMIT, in the order in which it came.
 * Only for writes that nobody reads in the same transaction.
 */
export const gather = <T>(tx: Tx, key: symbol, item: T, write: (tx: Tx, items: readonly T[]) => Promise<void>): void => {
  const items = kept(tx.locals, key, () => {
    const fresh: T[] = []
    tx.beforeCommit(key, () => write(tx, fresh))
    return fresh
  })
  items.push(item)
}

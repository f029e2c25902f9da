// Deferred batch write: collects rows during a transaction and writes them in one statement right before COMMIT.

import { getOrCreate } from './get-or-create.ts'
import type { Tx } from './types.ts'

/**
 * Adds `item` to the batch of `key`. `write` gets the whole batch right before COMMIT, in the order of the calls.
 * Only for rows that the same transaction does not read.
 */
export const batchBeforeCommit = <T>(
  tx: Tx,
  key: symbol,
  item: T,
  write: (tx: Tx, items: readonly T[]) => Promise<void>,
): void => {
  const items = getOrCreate(tx.scope, key, () => {
    const batch: T[] = []
    tx.beforeCommit(key, () => write(tx, batch))
    return batch
  })
  items.push(item)
}

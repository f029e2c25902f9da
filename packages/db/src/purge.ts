// Batched delete: repeats a limited DELETE, so that no statement holds many locks or lasts long.
import type { Written } from './types.ts'

/** Rows that one statement deletes. */
const purgeBatch = 1000
/** Statements of one call. The next call deletes the remaining rows. */
const purgeRounds = 200

/**
 * Repeats a DELETE until it finds less than a batch.
 * @param deleteBatch deletes at most `limit` rows
 */
export const purge = async (deleteBatch: (limit: number) => Promise<Written>): Promise<void> => {
  for (let round = 0; round < purgeRounds; round++) {
    const { affectedRows } = await deleteBatch(purgeBatch)
    if (affectedRows < purgeBatch) return
  }
}

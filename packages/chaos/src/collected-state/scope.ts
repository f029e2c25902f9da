// Scope of a run: which rows, products and records belong to it.
import type { WireRecord } from '@cartwright/messaging'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'

export interface Scope {
  /** When the run began, on the clock of the database. */
  since: Date
  skus: readonly string[]
  /** Records that no service published, and Kafka accepted. */
  sent: readonly WireRecord[]
}

/** The time on the clock of the database, which is the one that rows carry. */
export const databaseNow = async (shop: ShopUnderTest): Promise<Date> => {
  const [row] = await shop.query<{ now: Date }>('SELECT UTC_TIMESTAMP(6) AS now')
  return row?.now ?? new Date()
}

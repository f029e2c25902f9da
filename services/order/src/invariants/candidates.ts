// Which orders the invariants of order read, and how a problem of an order becomes a violation.
import { type Database, type Sql, sql } from '@cartwright/db'
import { maxViolations, recentlyAdvanced, recentlyPublished, type Scan, type Violation } from '@cartwright/messaging'

export const newest = 1000
export const orderTable = 'customer_order'

/** Orders to check: the newest, those with recent events or saga steps, and the next slice of older ones. */
export const selectCandidates = async (db: Database, scan: Scan): Promise<Sql> => {
  const slice = await scan.older(db, orderTable, ['id'])
  return sql`(SELECT id FROM (SELECT id FROM customer_order ORDER BY created_at DESC, id DESC LIMIT ${newest}) placed
  UNION ${recentlyPublished('order', newest)}
  UNION ${recentlyAdvanced(newest)}
  UNION ${slice}) candidates`
}

/** One violation per order for which `findProblem` returns a text. */
export const toViolations = <R extends { id: string }>(
  rows: readonly R[],
  findProblem: (rows: readonly [R, ...R[]]) => string | null,
): Violation[] =>
  [...Map.groupBy(rows, ({ id }) => id)]
    .flatMap(([id, [first, ...rest]]) => {
      const problem = first && findProblem([first, ...rest])
      return problem ? [{ id, description: `${id} ${problem}`, rows: [{ table: orderTable, key: [id] }] }] : []
    })
    .slice(0, maxViolations)

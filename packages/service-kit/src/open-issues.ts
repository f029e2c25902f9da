// What needs a person: each service names its kinds, the kit adds jobs and sagas that are overdue, and operators read all of them in one list.
import { type OpenIssue, opsApi } from '@cartwright/contracts'
import { type Database, type Queryable, type Sql, sql } from '@cartwright/db'
import { type Route, route } from './route.ts'

/** A kind of thing that a person has to settle. */
export interface IssueKind {
  /** Stable: `refunds-failed`. */
  kind: string
  about: string
  /** The command of `npm run ops --` that looks into it; `<id>` becomes the first id. */
  next: string
  /** Selects the ids, as `id`, oldest first. */
  select(db: Queryable): Sql
}

const shownAtMost = 10

/** Work that was to be done minutes ago: nobody took it, or it was tried again and again. */
const overdueJobs: IssueKind = {
  kind: 'jobs-overdue',
  about: 'jobs that are overdue by minutes, or fail again and again',
  next: 'doctor',
  select: (db) => sql`SELECT CONCAT(kind, ' ', item_key) AS id FROM work_item
    WHERE done_at IS NULL AND (available_at < ${db.dbNow} - INTERVAL 5 MINUTE
      OR (attempts >= 3 AND created_at < ${db.dbNow} - INTERVAL 10 MINUTE))
    ORDER BY work_item.id`,
}

const overdueSagas: IssueKind = {
  kind: 'sagas-overdue',
  about: 'checkouts that stand five minutes past their deadline',
  next: 'saga show <id>',
  select: (db) => sql`SELECT id FROM saga_instance WHERE deadline_at < ${db.dbNow} - INTERVAL 5 MINUTE ORDER BY deadline_at, id`,
}

const look = async (db: Database, { kind, about, next, select }: IssueKind): Promise<OpenIssue[]> => {
  const first = await db.rows<{ id: string }>`${select(db)} LIMIT ${shownAtMost}`
  const [oldest] = first
  if (oldest === undefined) return []
  const counted = await db.one<{ issues: number }>`SELECT COUNT(*) AS issues FROM (${select(db)}) issue`
  const ids = first.map(({ id }) => id)
  return [{ kind, about, count: counted?.issues ?? ids.length, ids, next: next.replace('<id>', oldest.id) }]
}

/** The route that answers a service's open issues. */
export const openIssueRoutes = <Deps extends { db: Database }>(own: readonly IssueKind[]): Route<Deps>[] => [
  route(opsApi.listOpenIssues, async (_, { db }: Deps) => {
    const items: OpenIssue[] = []
    for (const kind of [...own, overdueJobs, overdueSagas]) items.push(...(await look(db, kind)))
    return { items }
  }),
]

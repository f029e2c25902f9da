// Open issues that an operator has to settle: the kinds that a service declares, and overdue jobs and sagas.
import { type InternalOpenIssue, opsApi } from '@cartwright/contracts'
import type { Database, Queryable, Sql } from '@cartwright/db'
import { overdueJobs, overdueSagas } from '@cartwright/messaging'
import { forService } from '../for-service.ts'
import type { Route } from '../http/route.ts'

/** A kind of open issue. */
export interface IssueKind {
  /** Stable: `refunds-failed`. */
  kind: string
  about: string
  /** Command of `npm run ops --` that shows or settles it; `<id>` becomes the first id. */
  next: string
  /** Selects the ids, as `id`, oldest first. */
  select(db: Queryable): Sql
}

const maxIds = 10

const overdueJobIssues: IssueKind = {
  kind: 'jobs-overdue',
  about: 'jobs that are overdue by minutes, or fail again and again',
  next: 'doctor',
  select: overdueJobs,
}

const overdueSagaIssues: IssueKind = {
  kind: 'sagas-overdue',
  about: 'checkouts that stand five minutes past their deadline',
  next: 'saga show <id>',
  select: overdueSagas,
}

const findIssues = async (db: Database, { kind, about, next, select }: IssueKind): Promise<InternalOpenIssue[]> => {
  const first = await db.rows<{ id: string }>`${select(db)} LIMIT ${maxIds}`
  const [oldest] = first
  if (oldest === undefined) return []
  const counted = await db.one<{ issues: number }>`SELECT COUNT(*) AS issues FROM (${select(db)}) issue`
  const ids = first.map(({ id }) => id)
  return [{ kind, about, count: counted?.issues ?? ids.length, ids, next: next.replace('<id>', oldest.id) }]
}

/** Creates the route that lists the open issues of a service. */
export const openIssueRoute = <Deps extends { db: Database }>(kinds: readonly IssueKind[]): Route<Deps> =>
  forService<Deps>().route(opsApi.listOpenIssues, async ({ deps: { db } }) => {
    const items: InternalOpenIssue[] = []
    for (const kind of [...kinds, overdueJobIssues, overdueSagaIssues]) items.push(...(await findIssues(db, kind)))
    return { items }
  })

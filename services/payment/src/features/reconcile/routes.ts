// Routes for operators: start a reconciliation with Stripe, list reports and read their findings.
import { AppError, paymentApi } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, insertInto, pageOf, type Queryable, sql, where } from '@cartwright/db'
import { enqueue } from '@cartwright/messaging'
import { audit, reply } from '@cartwright/service-kit'
import { type ReconciliationFindingRow, type ReconciliationRow, reconciliationTable } from '../../db/generated/rows.ts'
import { route } from '../../deps.ts'
import type { ReconcileJob } from './job.ts'

const summaryOf = (row: ReconciliationRow) => ({
  id: row.id,
  cause: row.cause,
  state: row.state,
  compared: row.compared,
  repaired: row.repaired,
  reported: row.reported,
  startedAt: row.started_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
})

const findingOf = ({ kind, outcome, order_id, stripe_id, ours, theirs }: ReconciliationFindingRow) => ({
  kind,
  outcome,
  orderId: order_id,
  stripeId: stripe_id,
  ours,
  theirs,
})

/** @throws AppError not_found */
const getReconciliation = async (db: Queryable, id: string): Promise<ReconciliationRow> => {
  const row = await db.one<ReconciliationRow>`SELECT * FROM reconciliation WHERE id = ${id}`
  if (row === null) throw new AppError('not_found')
  return row
}

export const adminListReconciliations = route(paymentApi.adminListReconciliations, async ({ request, deps: { db } }) => {
  const { limit = 20, cursor } = request.query
  const before = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const conditions = where([before !== undefined && sql`id < ${before}`])
  const rows =
    await db.rows<ReconciliationRow>`SELECT * FROM reconciliation WHERE ${conditions} ORDER BY id DESC LIMIT ${limit + 1}`
  const page = pageOf(rows, limit, (last) => encodeCursor('-id', [last.id]))
  return { items: page.items.map(summaryOf), nextCursor: page.nextCursor }
})

export const adminGetReconciliation = route(paymentApi.adminGetReconciliation, async ({ request, deps: { db } }) => {
  const id = request.params.reconciliationId
  const row = await getReconciliation(db, id)
  const findings =
    await db.rows<ReconciliationFindingRow>`SELECT * FROM reconciliation_finding WHERE reconciliation_id = ${id} ORDER BY id`
  return { ...summaryOf(row), findings: findings.map(findingOf) }
})

export const adminRunReconciliation = route(paymentApi.adminRunReconciliation, async ({ request, deps }) => {
  const id = deps.newId('rec')
  await deps.db.tx(async (tx) => {
    await tx.run`${insertInto(reconciliationTable, { id, cause: 'operator', state: 'running', started_at: tx.dbNow })}`
    await enqueue<ReconcileJob>(tx, 'reconcile', id, { reconciliationId: id })
    await audit(tx, { actor: request.principal.id, action: 'reconciliation.run', target: id })
  })
  return reply(202, summaryOf(await getReconciliation(deps.db, id)))
})

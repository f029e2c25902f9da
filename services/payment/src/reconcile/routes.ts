// Operators compare with Stripe now, and read what comparisons found.
import { AppError, paymentApi, type ResponseOf } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { enqueue } from '@cartwright/messaging'
import { answer, audit, route } from '@cartwright/service-kit'
import type { Reconciliation, ReconciliationFinding } from '../db/generated/client.ts'
import type { PaymentDeps } from '../deps.ts'
import type { Reconciling } from './job.ts'

type Detail = ResponseOf<typeof paymentApi.adminGetReconciliation>

const summaryOf = (row: Reconciliation) => ({
  id: row.id,
  cause: row.cause as Detail['cause'],
  state: row.state as Detail['state'],
  compared: row.compared,
  repaired: row.repaired,
  reported: row.reported,
  startedAt: row.startedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
})

const findingOf = ({ kind, outcome, orderId, stripeId, ours, theirs }: ReconciliationFinding): Detail['findings'][number] => ({
  kind: kind as Detail['findings'][number]['kind'],
  outcome: outcome as Detail['findings'][number]['outcome'],
  orderId,
  stripeId,
  ours,
  theirs,
})

export const adminListReconciliations = route(paymentApi.adminListReconciliations, async (req, { prisma }: PaymentDeps) => {
  const { limit = 20, cursor } = req.query
  const before = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const rows = await prisma.reconciliation.findMany({
    where: before === undefined ? {} : { id: { lt: before } },
    orderBy: { id: 'desc' },
    take: limit + 1,
  })
  const page = pageOf(rows, limit, (last) => encodeCursor('-id', [last.id]))
  return { items: page.items.map(summaryOf), nextCursor: page.nextCursor }
})

export const adminGetReconciliation = route(paymentApi.adminGetReconciliation, async (req, { prisma }: PaymentDeps) => {
  const id = req.params.reconciliationId
  const row = await prisma.reconciliation.findUnique({ where: { id } })
  if (row === null) throw new AppError('not_found')
  const findings = await prisma.reconciliationFinding.findMany({ where: { reconciliationId: id }, orderBy: { id: 'asc' } })
  return { ...summaryOf(row), findings: findings.map(findingOf) }
})

export const adminRunReconciliation = route(paymentApi.adminRunReconciliation, async (req, deps: PaymentDeps) => {
  const id = deps.newId('rec')
  await deps.db.tx(async (tx) => {
    await tx.run`INSERT INTO reconciliation (id, cause, state, started_at) VALUES (${id}, 'operator', 'running', ${tx.dbNow})`
    await enqueue<Reconciling>(tx, 'reconcile', id, { reconciliationId: id })
    await audit(tx, { actor: req.principal.id, action: 'reconciliation.run', target: id })
  })
  const row = await deps.prisma.reconciliation.findUniqueOrThrow({ where: { id } })
  return answer(202, summaryOf(row))
})

// Compares the last 72 hours with Stripe and repairs: with every webhook lost, all orders still converge.
import { sql, type Tx } from '@cartwright/db'
import { job } from '@cartwright/messaging'
import { applySnapshot } from '../apply-stripe/apply.ts'
import { everything, takeSnapshot } from '../apply-stripe/snapshot.ts'
import { findPayment } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { collect } from './collect.ts'
import type { Finding } from './compare.ts'
import { replayUndelivered } from './replay-events.ts'

export interface Reconciling {
  /** The report that an operator waits for; a new one when left out. */
  reconciliationId?: string
}
type Outcome = 'repaired' | 'replayed' | 'reported' | 'failed'
interface Report {
  startedAt: Date
  compared: number
  findings: (Finding & { outcome: Outcome })[]
}

const lookBackMs = 72 * 3_600_000
/** Stripe keeps events for 30 days. */
const eventsBackMs = 30 * 86_400_000

/** Reads one payment anew and applies what Stripe says. */
const repair = async (finding: Finding, deps: PaymentDeps): Promise<Outcome> => {
  if (finding.orderId === null || finding.kind.endsWith('_unknown')) return 'reported'
  try {
    const row = await findPayment(deps.db, sql`order_id = ${finding.orderId}`)
    const sessionId = row?.session_id ?? (finding.kind === 'session' ? finding.stripeId : null)
    if (sessionId === null) return 'reported'
    const snapshot = await takeSnapshot(deps.stripe, sessionId, everything)
    await deps.db.tx((tx) => applySnapshot(tx, finding.orderId ?? '', snapshot, deps))
    return 'repaired'
  } catch (error) {
    deps.log.warn(
      { err: error, orderId: finding.orderId, kind: finding.kind },
      'a difference could not be repaired; the next comparison meets it again',
    )
    return 'failed'
  }
}

/** One repair mends everything about its order. */
const repairAll = async (findings: readonly Finding[], deps: PaymentDeps): Promise<Report['findings']> => {
  const byOrder = new Map<string, Outcome>()
  const settled: Report['findings'] = []
  for (const finding of findings) {
    const done = finding.orderId === null || finding.kind.endsWith('_unknown') ? undefined : byOrder.get(finding.orderId)
    const outcome = done ?? (await repair(finding, deps))
    if (finding.orderId !== null && outcome !== 'reported') byOrder.set(finding.orderId, outcome)
    settled.push({ ...finding, outcome })
  }
  return settled
}

const write = async (tx: Tx, id: string, cause: string, { startedAt, compared, findings }: Report): Promise<void> => {
  const repaired = findings.filter(({ outcome }) => outcome === 'repaired' || outcome === 'replayed').length
  await tx.run`INSERT INTO reconciliation (id, cause, state, compared, repaired, reported, started_at, finished_at)
    VALUES (${id}, ${cause}, 'done', ${compared}, ${repaired}, ${findings.length - repaired}, ${startedAt}, ${tx.dbNow})
    ON DUPLICATE KEY UPDATE state = VALUES(state), compared = VALUES(compared), repaired = VALUES(repaired), reported = VALUES(reported), finished_at = VALUES(finished_at)`
  for (const { kind, outcome, orderId, stripeId, ours, theirs } of findings) {
    const order = orderId !== null && /^[\x21-\x7e]{1,40}$/.test(orderId) ? orderId : null
    await tx.run`INSERT INTO reconciliation_finding (reconciliation_id, kind, outcome, order_id, stripe_id, ours, theirs)
      VALUES (${id}, ${kind}, ${outcome}, ${order}, ${stripeId}, ${ours.slice(0, 120)}, ${theirs.slice(0, 120)})`
  }
}

export const reconcile = job<Reconciling, Report, PaymentDeps>({
  kind: 'reconcile',
  effect: async (_, deps) => {
    const startedAt = deps.clock.now()
    const before = (ms: number) => new Date(startedAt.getTime() - ms)
    const { compared, findings } = await collect(deps, before(lookBackMs))
    const repaired = await repairAll(findings, deps)
    const replayed = (await replayUndelivered(deps, before(eventsBackMs))).map((finding) => ({
      ...finding,
      outcome: 'replayed' as const,
    }))
    return { startedAt, compared, findings: [...repaired, ...replayed] }
  },
  apply: async (tx, { payload }, report, deps) => {
    const scheduled = payload.reconciliationId === undefined
    await write(tx, payload.reconciliationId ?? deps.newId('rec'), scheduled ? 'schedule' : 'operator', report)
    tx.afterCommit(() => {
      for (const { kind } of report.findings) deps.drift.inc({ kind })
      if (report.findings.length > 0)
        deps.log.warn({ found: report.findings.length, compared: report.compared }, 'our rows and Stripe differed')
    })
  },
})

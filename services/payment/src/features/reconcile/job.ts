// Job that reconciles the last 72 hours with Stripe and repairs differences, so that orders converge without webhooks.
import { insertInto, sql, type Tx } from '@cartwright/db'
import {
  type ReconciliationFindingRow,
  type ReconciliationRow,
  reconciliationFindingTable,
  reconciliationTable,
} from '../../db/generated/rows.ts'
import { findPayment } from '../../db/payments.ts'
import { job, type PaymentDeps } from '../../deps.ts'
import { applyStripeState } from '../../domain/sync-payment/apply.ts'
import { allParts, fetchStripeState } from '../../domain/sync-payment/stripe-state.ts'
import { collectDifferences } from './collect.ts'
import type { Difference, Finding, FoundDifference } from './compare.ts'
import { replayUndelivered } from './replay-events.ts'

export interface ReconcileJob {
  /** The report that an operator requested; scheduled runs create one. */
  reconciliationId?: string
}
type Outcome = ReconciliationFindingRow['outcome']
type ReportedFinding = Finding & { outcome: Outcome }
interface Report {
  startedAt: Date
  compared: number
  findings: ReportedFinding[]
}

const lookBackMs = 72 * 3_600_000
/** Stripe keeps events for 30 days. */
const eventsBackMs = 30 * 86_400_000

/** Updates one payment from Stripe. @returns whether it succeeded */
const repairPayment = async (orderId: string, difference: Difference, deps: PaymentDeps): Promise<boolean> => {
  try {
    const row = await findPayment(deps.db, sql`order_id = ${orderId}`)
    const sessionId = row?.session_id ?? (difference.kind === 'session' ? difference.stripeId : null)
    if (sessionId === null) return true
    const stripeState = await fetchStripeState(deps.stripe, sessionId, allParts)
    await deps.db.tx((tx) => applyStripeState(tx, orderId, stripeState, deps))
    return true
  } catch (error) {
    deps.log.warn(
      { err: error, orderId, kind: difference.kind },
      'reconciliation: a difference could not be repaired; the next run retries it',
    )
    return false
  }
}

/** Updates an order's payment from Stripe. @returns whether it succeeded */
type Repair = (orderId: string, difference: Difference) => Promise<boolean>

/** A difference counts as repaired only when a second comparison finds none. */
const recheckAfterRepair = async ({ difference, recheck: again }: FoundDifference): Promise<ReportedFinding> => {
  const remaining = await again(true)
  return remaining === null ? { ...difference, outcome: 'repaired' } : { ...remaining, outcome: 'reported' }
}

/** Repairs each order once. Other differences are compared again before they are reported, since rows change meanwhile. */
export const repairAll = async (found: readonly FoundDifference[], repair: Repair): Promise<ReportedFinding[]> => {
  const repaired = new Map<string, boolean>()
  const findings: ReportedFinding[] = []
  for (const one of found) {
    const { difference } = one
    const { orderId } = difference
    if (!difference.isRepairable || orderId === null) {
      const current = await one.recheck(false)
      if (current !== null && !current.isRepairable) findings.push({ ...current, outcome: 'reported' })
      continue
    }
    // A session that the payment does not have yet is repaired on its own.
    const key = difference.kind === 'session' ? `${orderId} ${difference.stripeId}` : orderId
    const succeeded = repaired.get(key) ?? (await repair(orderId, difference))
    repaired.set(key, succeeded).set(orderId, succeeded)
    findings.push(succeeded ? await recheckAfterRepair(one) : { ...difference, outcome: 'failed' })
  }
  return findings
}

const writeReport = async (
  tx: Tx,
  id: string,
  cause: ReconciliationRow['cause'],
  { startedAt, compared, findings }: Report,
): Promise<void> => {
  const repaired = findings.filter(({ outcome }) => outcome === 'repaired' || outcome === 'replayed').length
  await tx.run`${insertInto(reconciliationTable, {
    id,
    cause,
    state: 'done',
    compared,
    repaired,
    reported: findings.length - repaired,
    started_at: startedAt,
    finished_at: tx.dbNow,
  })}
    ON DUPLICATE KEY UPDATE state = VALUES(state), compared = VALUES(compared), repaired = VALUES(repaired),
      reported = VALUES(reported), finished_at = VALUES(finished_at)`
  for (const { kind, outcome, orderId, stripeId, local, remote } of findings) {
    const order = orderId !== null && /^[\x21-\x7e]{1,40}$/.test(orderId) ? orderId : null
    await tx.run`${insertInto(reconciliationFindingTable, {
      reconciliation_id: id,
      kind,
      outcome,
      order_id: order,
      stripe_id: stripeId,
      ours: local.slice(0, 120),
      theirs: remote.slice(0, 120),
    })}`
  }
}

export const reconcile = job<ReconcileJob, Report>({
  kind: 'reconcile',
  effect: async ({ deps }) => {
    const startedAt = deps.clock.now()
    const before = (ms: number) => new Date(startedAt.getTime() - ms)
    const { compared, found } = await collectDifferences(deps, before(lookBackMs))
    const settled = await repairAll(found, (orderId, difference) => repairPayment(orderId, difference, deps))
    const replayed = (await replayUndelivered(deps, before(eventsBackMs))).map((finding) => ({
      ...finding,
      outcome: 'replayed' as const,
    }))
    return { startedAt, compared, findings: [...settled, ...replayed] }
  },
  apply: async ({ tx, item: { payload }, result: report, deps }) => {
    const scheduled = payload.reconciliationId === undefined
    await writeReport(tx, payload.reconciliationId ?? deps.newId('rec'), scheduled ? 'schedule' : 'operator', report)
    tx.afterCommit(() => {
      for (const { kind } of report.findings) deps.drift.inc({ kind })
      if (report.findings.length > 0)
        deps.log.warn(
          { found: report.findings.length, compared: report.compared },
          'reconciliation: payments differed from Stripe; read the report for those that were not repaired',
        )
    })
  },
})

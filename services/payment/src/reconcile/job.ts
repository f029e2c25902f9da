// Compares the last 72 hours with Stripe and repairs: with every webhook lost, all orders still converge.
import { sql, type Tx } from '@cartwright/db'
import { job } from '@cartwright/messaging'
import { applySnapshot } from '../apply-stripe/apply.ts'
import { everything, takeSnapshot } from '../apply-stripe/snapshot.ts'
import { findPayment } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { collect } from './collect.ts'
import type { Difference, Finding, Found } from './compare.ts'
import { replayUndelivered } from './replay-events.ts'

export interface Reconciling {
  /** The report that an operator waits for; a new one when left out. */
  reconciliationId?: string
}
type Outcome = 'repaired' | 'replayed' | 'reported' | 'failed'
type Told = Finding & { outcome: Outcome }
interface Report {
  startedAt: Date
  compared: number
  findings: Told[]
}

const lookBackMs = 72 * 3_600_000
/** Stripe keeps events for 30 days. */
const eventsBackMs = 30 * 86_400_000

/** Reads one payment anew and applies what Stripe says. @returns whether that went well */
const mend = async (orderId: string, difference: Difference, deps: PaymentDeps): Promise<boolean> => {
  try {
    const row = await findPayment(deps.db, sql`order_id = ${orderId}`)
    const sessionId = row?.session_id ?? (difference.kind === 'session' ? difference.stripeId : null)
    if (sessionId === null) return true
    const snapshot = await takeSnapshot(deps.stripe, sessionId, everything)
    await deps.db.tx((tx) => applySnapshot(tx, orderId, snapshot, deps))
    return true
  } catch (error) {
    deps.log.warn(
      { err: error, orderId, kind: difference.kind },
      'a difference could not be repaired; the next comparison meets it again',
    )
    return false
  }
}

/** Brings an order's rows to what Stripe says. @returns whether that went well */
type Mend = (orderId: string, difference: Difference) => Promise<boolean>

/** Repaired is only what our rows agree on afterwards. */
const afterMending = async ({ difference, again }: Found): Promise<Told> => {
  const left = await again(true)
  return left === null ? { ...difference, outcome: 'repaired' } : { ...left, outcome: 'reported' }
}

/** Mends what can be mended, once per order; what cannot is looked at again right before it is told, since rows move on meanwhile. */
export const settleAll = async (found: readonly Found[], mend: Mend): Promise<Told[]> => {
  const mended = new Map<string, boolean>()
  const told: Told[] = []
  for (const one of found) {
    const { difference } = one
    const { orderId } = difference
    if (!difference.mends || orderId === null) {
      const still = await one.again(false)
      if (still !== null && !still.mends) told.push({ ...still, outcome: 'reported' })
      continue
    }
    // A session that is not the payment's yet is a try of its own.
    const key = difference.kind === 'session' ? `${orderId} ${difference.stripeId}` : orderId
    const well = mended.get(key) ?? (await mend(orderId, difference))
    mended.set(key, well).set(orderId, well)
    told.push(well ? await afterMending(one) : { ...difference, outcome: 'failed' })
  }
  return told
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
    const { compared, found } = await collect(deps, before(lookBackMs))
    const settled = await settleAll(found, (orderId, difference) => mend(orderId, difference, deps))
    const replayed = (await replayUndelivered(deps, before(eventsBackMs))).map((finding) => ({
      ...finding,
      outcome: 'replayed' as const,
    }))
    return { startedAt, compared, findings: [...settled, ...replayed] }
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

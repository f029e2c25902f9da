// When comparisons happen: at start and every few minutes; pages past their end sooner, since an order waits for them.
import { purge as purgeRows } from '@cartwright/db'
import { ensureDue, periodic } from '@cartwright/messaging'
import { applySnapshot } from '../apply-stripe/apply.ts'
import { everything, takeSnapshot } from '../apply-stripe/snapshot.ts'
import type { PaymentDeps } from '../deps.ts'
import { isPermanent } from '../stripe-client.ts'

const dueEverySec = 30
const batch = 1000

/** Asks for a comparison; one that is still under way is enough. */
export const schedule = periodic<PaymentDeps>({
  name: 'payment-reconciliation',
  everySec: ({ config }) => config.reconcileSec,
  atStart: true,
  run: (deps) => deps.db.tx((tx) => ensureDue(tx, 'reconcile', 'scheduled', {})),
})

/** Pages that have ended by Stripe's word and of which we have heard nothing. */
export const dueSessions = periodic<PaymentDeps>({
  name: 'payment-due-sessions',
  everySec: ({ config }) => Math.min(dueEverySec, config.reconcileSec),
  run: async (deps) => {
    const due = await deps.db.rows<{ order_id: string; session_id: string }>`SELECT order_id, session_id FROM payment
      WHERE state = 'open' AND session_id IS NOT NULL AND expires_at < ${deps.db.dbNow} - INTERVAL 2 SECOND ORDER BY expires_at LIMIT ${batch}`
    for (const { order_id: orderId, session_id: sessionId } of due) {
      try {
        const snapshot = await takeSnapshot(deps.stripe, sessionId, everything)
        await deps.db.tx((tx) => applySnapshot(tx, orderId, snapshot, deps))
      } catch (error) {
        // Only what concerns this page alone is passed over; when Stripe is away the rest would fail too.
        if (!isPermanent(error)) throw error
        deps.log.warn({ err: error, orderId }, 'Stripe does not tell about a payment page')
      }
    }
  },
})

/** Raw events are kept as long as Stripe keeps them. */
export const purge = periodic<PaymentDeps>({
  name: 'payment-purge',
  everySec: 3600,
  run: async ({ db, config: { stripeEventDays, reconciliationDays } }) => {
    await purgeRows(
      (limit) =>
        db.run`DELETE FROM stripe_event WHERE received_at < ${db.dbNow} - INTERVAL ${stripeEventDays} DAY LIMIT ${limit}`,
    )
    await purgeRows(
      (limit) => db.run`DELETE FROM reconciliation_finding WHERE reconciliation_id IN
        (SELECT id FROM reconciliation WHERE started_at < ${db.dbNow} - INTERVAL ${reconciliationDays} DAY) LIMIT ${limit}`,
    )
    await purgeRows(
      (limit) => db.run`DELETE FROM reconciliation WHERE started_at < ${db.dbNow} - INTERVAL ${reconciliationDays} DAY
        AND id NOT IN (SELECT reconciliation_id FROM reconciliation_finding) LIMIT ${limit}`,
    )
  },
})

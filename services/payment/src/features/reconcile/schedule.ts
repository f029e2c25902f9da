// Schedules: reconciliation at start and every few minutes, ended sessions every 30 seconds, and retention.
import { purge as purgeRows } from '@cartwright/db'
import { enqueueUnlessPending } from '@cartwright/messaging'
import type { PaymentRow } from '../../db/generated/rows.ts'
import { scheduled } from '../../deps.ts'
import { applyStripeState } from '../../domain/sync-payment/apply.ts'
import { allParts, fetchStripeState } from '../../domain/sync-payment/stripe-state.ts'
import { isPermanent } from '../../integrations/stripe-client.ts'

const dueEverySec = 30
const batch = 1000

/** Enqueues a reconciliation unless one is pending. */
export const scheduleReconciliation = scheduled({
  name: 'payment-reconciliation',
  everySec: ({ deps: { config } }) => config.reconcileSec,
  atStart: true,
  run: ({ deps }) => deps.db.tx((tx) => enqueueUnlessPending(tx, 'reconcile', 'scheduled', {})),
})

/** Fetches sessions past their expiry for which no webhook came: an order waits for each. */
export const fetchEndedSessions = scheduled({
  name: 'payment-due-sessions',
  everySec: ({ deps: { config } }) => Math.min(dueEverySec, config.reconcileSec),
  run: async ({ deps }) => {
    const due = await deps.db.rows<Pick<PaymentRow, 'order_id'> & { session_id: string }>`SELECT order_id, session_id FROM payment
      WHERE state = 'open' AND session_id IS NOT NULL AND expires_at < ${deps.db.dbNow} - INTERVAL 2 SECOND
      ORDER BY expires_at
      LIMIT ${batch}`
    for (const { order_id: orderId, session_id: sessionId } of due) {
      try {
        const stripeState = await fetchStripeState(deps.stripe, sessionId, allParts)
        await deps.db.tx((tx) => applyStripeState(tx, orderId, stripeState, deps))
      } catch (error) {
        // Skip errors of this session only; when Stripe is unavailable the remaining sessions would fail too.
        if (!isPermanent(error)) throw error
        deps.log.warn(
          { err: error, orderId },
          'ended sessions: Stripe refused the request for a session; check the Stripe key if this repeats',
        )
      }
    }
  },
})

/** Retention of raw events and reconciliation reports. */
export const purge = scheduled({
  name: 'payment-purge',
  everySec: 3600,
  run: async ({
    deps: {
      db,
      config: { stripeEventDays, reconciliationDays },
    },
  }) => {
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

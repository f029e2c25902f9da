// Compares what is unfinished with Stripe, so that every order converges even when no webhook ever arrives.
import { periodic } from '@cartwright/messaging'
import { applySnapshot } from '../apply-stripe/apply.ts'
import { takeSnapshot } from '../apply-stripe/snapshot.ts'
import type { PaymentDeps } from '../deps.ts'

const lookBackHours = 72

/** Pages that are open, and payments whose refunds have not ended. */
const unfinished = (deps: PaymentDeps) =>
  deps.db.rows<{ order_id: string; session_id: string }>`SELECT p.order_id, p.session_id FROM payment p WHERE p.session_id IS NOT NULL AND p.created_at > ${deps.db.dbNow} - INTERVAL ${lookBackHours} HOUR
    AND (p.state = 'open' OR EXISTS (SELECT 1 FROM payment_refund r WHERE r.order_id = p.order_id AND r.state = 'pending')) ORDER BY p.created_at LIMIT 1000`

/** One pass; a payment that cannot be read now is read in the next. */
export const reconcile = async (deps: PaymentDeps): Promise<void> => {
  for (const { order_id, session_id } of await unfinished(deps)) {
    const snapshot = await takeSnapshot(deps.stripe, session_id)
    await deps.db.tx((tx) => applySnapshot(tx, order_id, snapshot, deps))
  }
}

export const reconciler = (everySec: number) => periodic({ name: 'payment-reconciler', everySec, run: reconcile })

// Order asks to close the page. Only Stripe's answer decides: closed without money, or paid after all.
import { orderEvents, paymentEvents } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { enqueue, job, on, publish, requeue } from '@cartwright/messaging'
import { applySnapshot } from '../apply-stripe/apply.ts'
import { type Snapshot, takeSnapshot } from '../apply-stripe/snapshot.ts'
import { amountOf, changePayment, findPayment, lockPayment } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { isPermanent } from '../stripe-client.ts'

interface Closing {
  orderId: string
}

export const onExpiryRequested = on(orderEvents.paymentExpiryRequested, async (tx, { data }, deps: PaymentDeps) => {
  const { orderId } = data
  // Without a payment this is a tombstone: a session that is asked for later is never opened.
  await tx.run`INSERT IGNORE INTO payment (id, order_id, number, locale, state, amount_minor, currency, attempt, request, hold_until, declined_charges, close_requested, created_at, updated_at)
    VALUES (${deps.newId('pay')}, ${orderId}, '', 'en', 'expired', 0, 'XXX', 0, '{}', ${tx.dbNow}, '[]', TRUE, ${tx.dbNow}, ${tx.dbNow})`
  const row = await lockPayment(tx, orderId)
  if (row === null) return
  const common = { orderId, paymentId: row.id }
  await changePayment(tx, orderId, sql`close_requested = TRUE`)
  if (row.state === 'open') {
    if (!(await enqueue(tx, 'close-session', orderId, { orderId }))) await requeue(tx, 'close-session', orderId)
  } else if (row.state === 'paid') {
    await publish(tx, paymentEvents.succeeded, { ...common, amount: { amountMinor: row.captured_minor, currency: row.currency }, at: deps.clock.now().toISOString() })
  } else if (row.state === 'expired' || row.state === 'failed') {
    await publish(tx, paymentEvents.expired, { ...common, amount: amountOf(row), reason: 'the payment page is closed' })
  }
})

/** Closes the page, or learns why it cannot: then the session says what happened. */
export const closeSession = job<Closing, Snapshot | null, PaymentDeps>({
  kind: 'close-session',
  backoffSec: (attempts) => Math.min(30, 2 ** attempts),
  effect: async ({ payload }, deps) => {
    const row = await findPayment(deps.db, sql`order_id = ${payload.orderId}`)
    if (row === null || row.session_id === null || row.state !== 'open') return null
    try {
      await deps.stripe.checkout.sessions.expire(row.session_id)
    } catch (error) {
      // Not open any more: completed or expired meanwhile. The snapshot tells which.
      if (!isPermanent(error)) throw error
    }
    const snapshot = await takeSnapshot(deps.stripe, row.session_id)
    if (snapshot.session.status === 'open' || snapshot.session.intentStatus === 'processing') throw new Error('Stripe has not decided yet')
    return snapshot
  },
  apply: async (tx, { payload }, snapshot, deps) => {
    if (snapshot) await applySnapshot(tx, payload.orderId, snapshot, deps)
  },
})

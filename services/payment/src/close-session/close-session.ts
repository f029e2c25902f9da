// Order asks to close the page. Only Stripe's answer decides: closed without money, or paid after all.
import { type DataOf, orderEvents, paymentEvents } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import { enqueue, job, on, publish, requeue } from '@cartwright/messaging'
import { repeatAnswer } from '../answer-order/repeat-answer.ts'
import { applySnapshot } from '../apply-stripe/apply.ts'
import { everything, type Snapshot, takeSnapshot } from '../apply-stripe/snapshot.ts'
import { amountOf, capturedOf, changePayment, findPayment, lockPayment, type PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { isPermanent } from '../stripe-client.ts'

interface Closing {
  orderId: string
}

/** Without a payment this is a tombstone: a session that is asked for later is never opened. */
const tombstone = async (tx: Tx, orderId: string, deps: PaymentDeps): Promise<PaymentRow | null> => {
  tx.write`INSERT IGNORE INTO payment (id, order_id, number, locale, state, amount_minor, currency, attempt, request, hold_until, declined_charges, close_requested, created_at, updated_at)
    VALUES (${deps.newId('pay')}, ${orderId}, '', 'en', 'expired', 0, 'XXX', 0, '{}', ${tx.dbNow}, '[]', TRUE, ${tx.dbNow}, ${tx.dbNow})`
  return lockPayment(tx, orderId)
}

/** Nobody has seen the page yet, so nobody can have paid: it need not be asked about. A session that opens meanwhile is discarded. */
const closeUnopened = async (tx: Tx, row: PaymentRow): Promise<void> => {
  changePayment(tx, row, { state: 'expired' })
  await publish(tx, paymentEvents.expired, {
    orderId: row.order_id,
    paymentId: row.id,
    amount: amountOf(row),
    reason: 'closed before it was opened',
  })
}

/** Money of a wrong amount waits for an operator; but an order that is given up gets it back like any other. */
const releaseReview = async (
  tx: Tx,
  row: PaymentRow,
  why: DataOf<typeof orderEvents.paymentExpiryRequested>['why'],
  deps: PaymentDeps,
): Promise<void> => {
  if (why === 'deadline') return
  await publish(tx, paymentEvents.succeeded, {
    orderId: row.order_id,
    paymentId: row.id,
    amount: capturedOf(row),
    at: deps.clock.now().toISOString(),
  })
}

export const onExpiryRequested = on(orderEvents.paymentExpiryRequested, async (tx, { data }, deps: PaymentDeps) => {
  const { orderId, why } = data
  const row = await tombstone(tx, orderId, deps)
  if (row === null) return
  changePayment(tx, row, { close_requested: 1 })
  if (row.state === 'opening') await closeUnopened(tx, row)
  else if (row.state === 'review') await releaseReview(tx, row, why, deps)
  else if (row.state === 'open') {
    if (!(await enqueue(tx, 'close-session', orderId, { orderId }))) await requeue(tx, 'close-session', orderId)
  } else await repeatAnswer(tx, row, deps)
})

/** Closes the page, or learns why it cannot: then the session says what happened. */
export const closeSession = job<Closing, Snapshot | null, PaymentDeps>({
  kind: 'close-session',
  backoffSec: (attempts) => Math.min(30, 2 ** attempts),
  effect: async ({ payload }, deps) => {
    const row = await findPayment(deps.db, sql`order_id = ${payload.orderId}`)
    if (!row?.session_id || row.state === 'paid' || row.state === 'review') return null
    deps.crash?.('before-effect', 'close-session')
    try {
      await deps.stripe.checkout.sessions.expire(row.session_id)
    } catch (error) {
      // Not open any more: completed or expired meanwhile. The snapshot tells which.
      if (!isPermanent(error)) throw error
    }
    const snapshot = await takeSnapshot(deps.stripe, row.session_id, everything)
    if (snapshot.session.status === 'open' || snapshot.session.intentStatus === 'processing')
      throw new Error('Stripe has not decided yet')
    return snapshot
  },
  apply: async (tx, { payload }, snapshot, deps) => {
    if (snapshot) await applySnapshot(tx, payload.orderId, snapshot, deps)
  },
})

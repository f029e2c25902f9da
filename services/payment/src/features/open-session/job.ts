// Job that opens a checkout session. An ambiguous failure retries the same key; a refused expiry starts a new attempt.
import { paymentEvents } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import { enqueue, publish, type WorkItem } from '@cartwright/messaging'
import { amountOf, eventDetailsOf, findPayment, lockPayment, type PaymentRow, updatePayment } from '../../db/payments.ts'
import { job, type PaymentDeps } from '../../deps.ts'
import { isExpiryError, isPermanent, readStripeTime } from '../../integrations/stripe-client.ts'
import { expiryFrom } from './expiry.ts'
import { sessionKey, sessionParameters } from './parameters.ts'

interface OpenSessionJob {
  orderId: string
  attempt: number
}

type OpenResult =
  | { kind: 'opened'; sessionId: string; url: string }
  /** Stripe refused the expiry as too near or too far. */
  | { kind: 'stale'; stripeNow: Date | null }
  | { kind: 'refused'; why: string }
  /** The stock reservation has ended. */
  | { kind: 'late' }
  | { kind: 'settled' }

/** Closed before a response came: the call is repeated, so that a session that Stripe may have opened is expired too. */
const mayBeOpen = (row: PaymentRow, attempts: number): boolean =>
  row.state === 'expired' && row.session_id === null && attempts > 0

const requestSession = async ({ payload, attempts }: WorkItem<OpenSessionJob>, deps: PaymentDeps): Promise<OpenResult> => {
  const row = await findPayment(deps.db, sql`order_id = ${payload.orderId}`)
  if (row === null || row.attempt !== payload.attempt) return { kind: 'settled' }
  if (row.state !== 'opening' && !mayBeOpen(row, attempts)) return { kind: 'settled' }
  if (row.hold_until.getTime() <= deps.clock.now().getTime()) return { kind: 'late' }
  deps.crash?.('before-effect', 'open-session')
  try {
    const session = await deps.stripe.checkout.sessions.create(sessionParameters(row), { idempotencyKey: sessionKey(row) })
    if (!session.url) throw new Error('Stripe opened a session without a URL; the job retries')
    return { kind: 'opened', sessionId: session.id, url: session.url }
  } catch (error) {
    if (!isPermanent(error)) throw error
    return isExpiryError(error) ? { kind: 'stale', stripeNow: readStripeTime(error) } : { kind: 'refused', why: error.message }
  }
}

/** The next expiry counts from Stripe's time, so that a wrong local clock cannot fail twice. */
const scheduleNextAttempt = async (tx: Tx, row: PaymentRow, stripeNow: Date | null, deps: PaymentDeps): Promise<PaymentRow> => {
  const attempt = row.attempt + 1
  const expiresAt = expiryFrom(stripeNow ?? deps.clock.now(), deps.config.sessionSec)
  const delaySec = attempt === 2 ? 0 : Math.min(30, 2 ** attempt)
  await enqueue(tx, 'open-session', `${row.order_id}:${attempt}`, { orderId: row.order_id, attempt }, delaySec)
  return updatePayment(tx, row, { attempt, expires_at: expiresAt })
}

/** Expires a session that is no longer wanted. Its URL was never published. */
const discardSession = async (tx: Tx, row: PaymentRow, sessionId: string): Promise<void> => {
  if (row.session_id !== null) return
  updatePayment(tx, row, { session_id: sessionId })
  await enqueue(tx, 'close-session', `${row.order_id}:discarded`, { orderId: row.order_id })
}

const endPayment = async (
  tx: Tx,
  row: PaymentRow,
  state: 'failed' | 'expired',
  reason: string,
  deps: PaymentDeps,
): Promise<PaymentRow> => {
  const { order_id: orderId, id: paymentId } = row
  const ended = updatePayment(tx, row, { state })
  tx.afterCommit(() => deps.outcomes.inc({ outcome: state }))
  if (state === 'failed') await publish(tx, paymentEvents.failed, { ...eventDetailsOf(row), amount: amountOf(row), reason })
  else await publish(tx, paymentEvents.expired, { orderId, paymentId, amount: amountOf(row), reason })
  return ended
}

type ConclusiveResult = Exclude<OpenResult, { kind: 'settled' }>

/** Writes the result of the current attempt. @returns the changed payment */
const applyResult = async (tx: Tx, row: PaymentRow, result: ConclusiveResult, deps: PaymentDeps): Promise<PaymentRow> => {
  if (result.kind === 'stale') return scheduleNextAttempt(tx, row, result.stripeNow, deps)
  if (result.kind === 'refused') return endPayment(tx, row, 'failed', result.why.slice(0, 300), deps)
  if (result.kind === 'late') return endPayment(tx, row, 'expired', 'no page could be opened while the stock was held', deps)
  const { sessionId, url } = result
  const { order_id: orderId, id: paymentId, attempt } = row
  const expiresAt = (row.expires_at ?? new Date(0)).toISOString()
  await publish(tx, paymentEvents.sessionOpened, { orderId, paymentId, attempt, url, expiresAt })
  return updatePayment(tx, row, { state: 'open', session_id: sessionId, url })
}

export const openSession = job<OpenSessionJob, OpenResult>({
  kind: 'open-session',
  effect: ({ item, deps }) => requestSession(item, deps),
  apply: async ({ tx, item: { payload }, result, deps }) => {
    const { orderId, attempt } = payload
    const row = await lockPayment(tx, orderId)
    if (row === null || result.kind === 'settled') return
    if (row.state !== 'opening' || row.attempt !== attempt) {
      if (result.kind === 'opened') await discardSession(tx, row, result.sessionId)
      return
    }
    const changed = await applyResult(tx, row, result, deps)
    if (row.erase_requested && result.kind !== 'stale') updatePayment(tx, changed, { recipient: null })
  },
})

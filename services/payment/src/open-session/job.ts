// Opens the hosted payment page. An ambiguous failure repeats key and parameters; a stale expiry makes a new attempt while the hold allows.
import { paymentEvents } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import { enqueue, job, publish, type WorkItem } from '@cartwright/messaging'
import { aboutOf, amountOf, changePayment, findPayment, lockPayment, type PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { isAboutExpiry, isPermanent, stripeTimeOf } from '../stripe-client.ts'
import { expiryFrom } from './expiry.ts'
import { sessionKey, sessionParameters } from './parameters.ts'

export interface Attempt {
  orderId: string
  attempt: number
}

type Opened =
  | { kind: 'opened'; sessionId: string; url: string }
  /** The expiry lies too near or too far for Stripe. */
  | { kind: 'stale'; stripeNow: Date | null }
  | { kind: 'refused'; why: string }
  /** The stock is no longer held. */
  | { kind: 'late' }
  | { kind: 'settled' }

/** Closed before its first answer came: Stripe is asked once more, so that a page it may have opened is closed there too. */
const mayBeOpen = (row: PaymentRow, attempts: number): boolean =>
  row.state === 'expired' && row.session_id === null && attempts > 0

const effect = async ({ payload, attempts }: WorkItem<Attempt>, deps: PaymentDeps): Promise<Opened> => {
  const row = await findPayment(deps.db, sql`order_id = ${payload.orderId}`)
  if (row === null || row.attempt !== payload.attempt) return { kind: 'settled' }
  if (row.state !== 'opening' && !mayBeOpen(row, attempts)) return { kind: 'settled' }
  if (row.hold_until.getTime() <= deps.clock.now().getTime()) return { kind: 'late' }
  deps.crash?.('before-effect', 'open-session')
  try {
    const session = await deps.stripe.checkout.sessions.create(sessionParameters(row), { idempotencyKey: sessionKey(row) })
    if (!session.url) throw new Error('Stripe opened a session without a page')
    return { kind: 'opened', sessionId: session.id, url: session.url }
  } catch (error) {
    if (!isPermanent(error)) throw error
    return isAboutExpiry(error) ? { kind: 'stale', stripeNow: stripeTimeOf(error) } : { kind: 'refused', why: error.message }
  }
}

/** The next attempt counts from Stripe's own time, so that a clock that goes wrong here cannot fail twice. */
const tryAgain = async (tx: Tx, row: PaymentRow, stripeNow: Date | null, deps: PaymentDeps): Promise<void> => {
  const attempt = row.attempt + 1
  const expiresAt = expiryFrom(stripeNow ?? deps.clock.now(), deps.config.sessionSec)
  changePayment(tx, row, { attempt, expires_at: expiresAt })
  const delaySec = attempt === 2 ? 0 : Math.min(30, 2 ** attempt)
  await enqueue(tx, 'open-session', `${row.order_id}:${attempt}`, { orderId: row.order_id, attempt }, delaySec)
}

/** Nobody waits for the page any more: its address was never told to anyone, and it is closed. */
const discard = async (tx: Tx, row: PaymentRow, sessionId: string): Promise<void> => {
  if (row.session_id !== null) return
  changePayment(tx, row, { session_id: sessionId })
  await enqueue(tx, 'close-session', `${row.order_id}:discarded`, { orderId: row.order_id })
}

const end = async (tx: Tx, row: PaymentRow, state: 'failed' | 'expired', reason: string, deps: PaymentDeps): Promise<void> => {
  const { order_id: orderId, id: paymentId } = row
  changePayment(tx, row, { state })
  tx.afterCommit(() => deps.outcomes.inc({ outcome: state }))
  if (state === 'failed') await publish(tx, paymentEvents.failed, { ...aboutOf(row), amount: amountOf(row), reason })
  else await publish(tx, paymentEvents.expired, { orderId, paymentId, amount: amountOf(row), reason })
}

export const openSession = job<Attempt, Opened, PaymentDeps>({
  kind: 'open-session',
  effect,
  apply: async (tx, { payload }, result, deps) => {
    const { orderId, attempt } = payload
    const row = await lockPayment(tx, orderId)
    if (row === null || result.kind === 'settled') return
    if (row.state !== 'opening' || row.attempt !== attempt) {
      if (result.kind === 'opened') await discard(tx, row, result.sessionId)
      return
    }
    if (result.kind === 'opened') {
      changePayment(tx, row, { state: 'open', session_id: result.sessionId, url: result.url })
      const expiresAt = (row.expires_at ?? new Date(0)).toISOString()
      await publish(tx, paymentEvents.sessionOpened, { orderId, paymentId: row.id, attempt, url: result.url, expiresAt })
    } else if (result.kind === 'stale') await tryAgain(tx, row, result.stripeNow, deps)
    else if (result.kind === 'refused') await end(tx, row, 'failed', result.why.slice(0, 300), deps)
    else await end(tx, row, 'expired', 'no page could be opened while the stock was held', deps)
    if (row.erase_requested && result.kind !== 'stale') changePayment(tx, row, { recipient: null })
  },
})

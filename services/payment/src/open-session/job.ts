// Opens the hosted payment page. An ambiguous failure repeats key and parameters; a stale expiry makes a new attempt while the hold allows.
import { paymentEvents } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { enqueue, job, PermanentFailure, publish, type WorkItem } from '@cartwright/messaging'
import type Stripe from 'stripe'
import { aboutOf, amountOf, changePayment, findPayment, lockPayment, type PaymentRow, type SessionRequest } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { isAboutExpiry, isPermanent } from '../stripe-client.ts'

export interface Attempt {
  orderId: string
  attempt: number
}

type Opened = { kind: 'opened'; sessionId: string; url: string } | { kind: 'stale' } | { kind: 'refused'; why: string } | { kind: 'late' } | { kind: 'settled' }

const parametersOf = (row: PaymentRow): Stripe.Checkout.SessionCreateParams => {
  const { charges, successUrl, cancelUrl } = JSON.parse(row.request) as SessionRequest
  const recipient = row.recipient === null ? null : (JSON.parse(row.recipient) as { email: string })
  const metadata = { orderId: row.order_id, attempt: String(row.attempt) }
  return {
    mode: 'payment',
    payment_method_types: ['card'],
    line_items: charges.map(({ name, quantity, unitAmount }) => ({
      quantity, price_data: { currency: unitAmount.currency.toLowerCase(), unit_amount: unitAmount.amountMinor, product_data: { name } },
    })),
    success_url: successUrl,
    cancel_url: cancelUrl,
    client_reference_id: row.order_id,
    expires_at: Math.floor((row.expires_at?.getTime() ?? 0) / 1000),
    metadata,
    payment_intent_data: { metadata },
    ...(recipient ? { customer_email: recipient.email } : {}),
  }
}

const effect = async ({ payload }: WorkItem<Attempt>, deps: PaymentDeps): Promise<Opened> => {
  const row = await findPayment(deps.db, sql`order_id = ${payload.orderId}`)
  if (row === null || row.state !== 'opening' || row.attempt !== payload.attempt) return { kind: 'settled' }
  if (row.hold_until.getTime() <= deps.clock.now().getTime()) return { kind: 'late' }
  try {
    const session = await deps.stripe.checkout.sessions.create(parametersOf(row), { idempotencyKey: `session:${row.order_id}:${row.attempt}` })
    if (!session.url) throw new PermanentFailure('Stripe opened a session without a page')
    return { kind: 'opened', sessionId: session.id, url: session.url }
  } catch (error) {
    if (!isPermanent(error)) throw error
    return isAboutExpiry(error) ? { kind: 'stale' } : { kind: 'refused', why: error.message }
  }
}

/** Writes what came of the attempt. A page that was asked to close meanwhile is closed by the next job. */
export const openSession = job<Attempt, Opened, PaymentDeps>({
  kind: 'open-session',
  effect,
  apply: async (tx, { payload }, result, deps) => {
    const { orderId, attempt } = payload
    const row = await lockPayment(tx, orderId)
    if (row === null || row.state !== 'opening' || row.attempt !== attempt || result.kind === 'settled') return
    if (result.kind === 'opened') {
      await changePayment(tx, orderId, sql`state = 'open', session_id = ${result.sessionId}, url = ${result.url}`)
      if (row.close_requested) await enqueue(tx, 'close-session', `${orderId}:opened`, { orderId })
      else await publish(tx, paymentEvents.sessionOpened, { orderId, paymentId: row.id, attempt, url: result.url, expiresAt: (row.expires_at ?? new Date(0)).toISOString() })
    } else if (result.kind === 'stale') {
      const expiresAt = new Date(Math.floor(deps.clock.now().getTime() / 1000) * 1000 + deps.config.sessionSec * 1000)
      await changePayment(tx, orderId, sql`attempt = ${attempt + 1}, expires_at = ${expiresAt}`)
      await enqueue(tx, 'open-session', `${orderId}:${attempt + 1}`, { orderId, attempt: attempt + 1 })
    } else if (result.kind === 'refused') {
      await changePayment(tx, orderId, sql`state = 'failed'`)
      await publish(tx, paymentEvents.failed, { ...aboutOf(row), amount: amountOf(row), reason: result.why.slice(0, 300) })
    } else {
      await changePayment(tx, orderId, sql`state = 'expired'`)
      await publish(tx, paymentEvents.expired, { orderId, paymentId: row.id, amount: amountOf(row), reason: 'no page could be opened while the stock was held' })
    }
  },
})

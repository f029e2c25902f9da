// Jobs that create a refund at Stripe and await its outcome. Every try uses one key; a retry first looks for an existing refund.
import { money } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { enqueue, type WorkItem } from '@cartwright/messaging'
import { findPayment, lockPayment, type RefundRow } from '../../db/payments.ts'
import { job, type PaymentDeps } from '../../deps.ts'
import { toStripeAmount } from '../../domain/stripe-amount.ts'
import { applyStripeState } from '../../domain/sync-payment/apply.ts'
import { settleRefunds } from '../../domain/sync-payment/settle-refunds.ts'
import {
  fetchStripeState,
  observeRefund,
  type RefundObservation,
  type StripeState,
} from '../../domain/sync-payment/stripe-state.ts'
import { isPermanent, type StripeRefund } from '../../integrations/stripe-client.ts'
import { failRefund } from './on-refund-requested.ts'

interface RefundJob {
  orderId: string
  refundId: string
}
type Outcome =
  | { kind: 'made'; observation: RefundObservation }
  /** Includes the session's state: a dashboard refund or a dispute may be the reason of the refusal. */
  | { kind: 'refused'; why: string; stripeState: StripeState | null }
  | { kind: 'settled' }

/** Stripe forgets idempotency keys after a day; the refund's metadata holds the row's id for good. */
const findExistingRefund = async (intentId: string, refundId: string, deps: PaymentDeps): Promise<StripeRefund | null> => {
  const { data } = await deps.stripe.refunds.list({ payment_intent: intentId, limit: 100 })
  return data.find((refundPayment) => refundPayment.metadata?.refundId === refundId) ?? null
}

const createRefund = async (
  { payload, attempts }: WorkItem<RefundJob>,
  intentId: string,
  amountMinor: number,
  deps: PaymentDeps,
): Promise<StripeRefund> => {
  const existing = attempts > 0 ? await findExistingRefund(intentId, payload.refundId, deps) : null
  if (existing) return existing
  const { orderId, refundId } = payload
  deps.crash?.('before-effect', 'refund')
  return deps.stripe.refunds.create(
    { payment_intent: intentId, amount: amountMinor, metadata: { refundId, orderId } },
    { idempotencyKey: `refund:${refundId}` },
  )
}

const findRefund = (refundId: string, deps: PaymentDeps) =>
  deps.db.one<RefundRow>`SELECT * FROM payment_refund WHERE id = ${refundId}`

export const refund = job<RefundJob, Outcome>({
  kind: 'refund',
  effect: async ({ item, deps }) => {
    const { orderId, refundId } = item.payload
    const [row, wanted] = [await findPayment(deps.db, sql`order_id = ${orderId}`), await findRefund(refundId, deps)]
    if (wanted?.state !== 'pending') return { kind: 'settled' }
    if (!row?.payment_intent_id) throw new Error(`the payment intent of ${orderId} is not known yet; the job retries`)
    try {
      const amount = toStripeAmount(money(wanted.amount_minor, row.currency))
      return { kind: 'made', observation: observeRefund(await createRefund(item, row.payment_intent_id, amount, deps)) }
    } catch (error) {
      if (!isPermanent(error)) throw error
      const stripeState =
        row.session_id === null ? null : await fetchStripeState(deps.stripe, row.session_id, ['refunds', 'disputes'])
      return { kind: 'refused', why: error.message, stripeState }
    }
  },
  apply: async ({ tx, item: { payload }, result: outcome, deps }) => {
    if (outcome.kind === 'settled') return
    if (outcome.kind === 'refused' && outcome.stripeState) await applyStripeState(tx, payload.orderId, outcome.stripeState, deps)
    const row = await lockPayment(tx, payload.orderId)
    if (row === null) return
    if (outcome.kind === 'refused') return failRefund(tx, row, payload.refundId, outcome.why.slice(0, 300), deps)
    await settleRefunds(tx, row, [outcome.observation], deps)
    if (outcome.observation.status === 'pending') await enqueue(tx, 'await-refund', payload.refundId, payload, 5)
  },
})

/** Polls a pending refund with backoff until it ends; usually a webhook is faster. */
export const awaitRefund = job<RefundJob, RefundObservation | null>({
  kind: 'await-refund',
  backoffSec: (attempts) => Math.min(900, 10 * 2 ** attempts),
  effect: async ({ item: { payload }, deps }) => {
    const row = await findRefund(payload.refundId, deps)
    if (row?.state !== 'pending' || row.stripe_refund_id === null) return null
    const observation = observeRefund(await deps.stripe.refunds.retrieve(row.stripe_refund_id))
    if (observation.status === 'pending') throw new Error('the refund is still pending at Stripe; the job retries')
    return observation
  },
  apply: async ({ tx, item: { payload }, result: observation, deps }) => {
    const row = await lockPayment(tx, payload.orderId)
    if (row && observation) await settleRefunds(tx, row, [observation], deps)
  },
})

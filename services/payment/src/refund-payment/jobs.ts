// Makes refunds and waits until Stripe has decided: the same key at every try, and an answer that was lost is looked for first.
import { money } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { enqueue, job, type WorkItem } from '@cartwright/messaging'
import type Stripe from 'stripe'
import { applySnapshot } from '../apply-stripe/apply.ts'
import { settleRefunds } from '../apply-stripe/settle-refunds.ts'
import { type RefundFacts, refundFacts, type Snapshot, takeSnapshot } from '../apply-stripe/snapshot.ts'
import { findPayment, lockPayment, type RefundRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { toStripe } from '../stripe-amount.ts'
import { isPermanent } from '../stripe-client.ts'
import { failRefund } from './on-refund-requested.ts'

interface Refunding {
  orderId: string
  refundId: string
}
type Outcome =
  | { kind: 'made'; fact: RefundFacts }
  /** With what Stripe knows besides: it may have given money back, or have taken some, without our knowledge. */
  | { kind: 'refused'; why: string; known: Snapshot | null }
  | { kind: 'settled' }

/** Stripe forgets keys after a day; the refund itself names us for ever. */
const findMade = async (intentId: string, refundId: string, deps: PaymentDeps): Promise<Stripe.Refund | null> => {
  const { data } = await deps.stripe.refunds.list({ payment_intent: intentId, limit: 100 })
  return data.find((refund) => refund.metadata?.refundId === refundId) ?? null
}

const make = async (
  { payload, attempts }: WorkItem<Refunding>,
  intentId: string,
  amountMinor: number,
  deps: PaymentDeps,
): Promise<Stripe.Refund> => {
  const made = attempts > 0 ? await findMade(intentId, payload.refundId, deps) : null
  if (made) return made
  const { orderId, refundId } = payload
  deps.crash?.('before-effect', 'refund')
  return deps.stripe.refunds.create(
    { payment_intent: intentId, amount: amountMinor, metadata: { refundId, orderId } },
    { idempotencyKey: `refund:${refundId}` },
  )
}

const findRefund = (refundId: string, deps: PaymentDeps) =>
  deps.db
    .one<RefundRow>`SELECT id, order_id, amount_minor, state, origin, reason, stripe_refund_id FROM payment_refund WHERE id = ${refundId}`

export const refund = job<Refunding, Outcome, PaymentDeps>({
  kind: 'refund',
  effect: async (item, deps) => {
    const { orderId, refundId } = item.payload
    const [row, wanted] = [await findPayment(deps.db, sql`order_id = ${orderId}`), await findRefund(refundId, deps)]
    if (wanted?.state !== 'pending') return { kind: 'settled' }
    if (!row?.payment_intent_id) throw new Error('the payment intent is not known yet')
    try {
      const amount = toStripe(money(wanted.amount_minor, row.currency))
      return { kind: 'made', fact: refundFacts(await make(item, row.payment_intent_id, amount, deps)) }
    } catch (error) {
      if (!isPermanent(error)) throw error
      const known = row.session_id === null ? null : await takeSnapshot(deps.stripe, row.session_id, ['refunds', 'disputes'])
      return { kind: 'refused', why: error.message, known }
    }
  },
  apply: async (tx, { payload }, outcome, deps) => {
    if (outcome.kind === 'settled') return
    if (outcome.kind === 'refused' && outcome.known) await applySnapshot(tx, payload.orderId, outcome.known, deps)
    const row = await lockPayment(tx, payload.orderId)
    if (row === null) return
    if (outcome.kind === 'refused') return failRefund(tx, row, payload.refundId, outcome.why.slice(0, 300), deps)
    await settleRefunds(tx, row, [outcome.fact], deps)
    if (outcome.fact.status === 'pending') await enqueue(tx, 'await-refund', payload.refundId, payload, 5)
  },
})

/** Asks about a pending refund until it has ended, ever more rarely; usually a webhook is faster. */
export const awaitRefund = job<Refunding, RefundFacts | null, PaymentDeps>({
  kind: 'await-refund',
  backoffSec: (attempts) => Math.min(900, 10 * 2 ** attempts),
  effect: async ({ payload }, deps) => {
    const row = await findRefund(payload.refundId, deps)
    if (row?.state !== 'pending' || row.stripe_refund_id === null) return null
    const fact = refundFacts(await deps.stripe.refunds.retrieve(row.stripe_refund_id))
    if (fact.status === 'pending') throw new Error('Stripe has not decided yet')
    return fact
  },
  apply: async (tx, { payload }, fact, deps) => {
    const row = await lockPayment(tx, payload.orderId)
    if (row && fact) await settleRefunds(tx, row, [fact], deps)
  },
})

// Refunds: one row each, never more than was captured, the same key at every try, and Stripe's answer decides.
import { money, orderEvents, paymentEvents } from '@cartwright/contracts'
import { sql, type Tx } from '@cartwright/db'
import { enqueue, job, on, publish } from '@cartwright/messaging'
import { settleRefunds } from '../apply-stripe/apply.ts'
import type { RefundFacts } from '../apply-stripe/snapshot.ts'
import { aboutOf, findPayment, listRefunds, lockPayment, type PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { isPermanent } from '../stripe-client.ts'

interface Refunding {
  orderId: string
  refundId: string
  amountMinor: number
}
type Outcome = { kind: 'made'; fact: RefundFacts } | { kind: 'refused'; why: string }

const fail = async (tx: Tx, row: PaymentRow, refundId: string, amountMinor: number, reason: string): Promise<void> => {
  await tx.run`UPDATE payment_refund SET state = 'failed', updated_at = ${tx.dbNow} WHERE id = ${refundId}`
  await publish(tx, paymentEvents.refundFailed, { ...aboutOf(row), refundId, amount: money(amountMinor, row.currency), reason })
}

export const onRefundRequested = on(orderEvents.refundRequested, async (tx, { data }, _: PaymentDeps) => {
  const row = await lockPayment(tx, data.orderId)
  if (row === null) throw new Error(`a refund was requested for ${data.orderId}, which has no payment yet`)
  const { refundId, amount } = data
  const made = await tx.run`INSERT IGNORE INTO payment_refund (id, order_id, amount_minor, state, origin, reason, created_at, updated_at)
    VALUES (${refundId}, ${data.orderId}, ${amount.amountMinor}, 'pending', 'order', ${data.reason}, ${tx.dbNow}, ${tx.dbNow})`
  if (made.affectedRows !== 1) return
  const taken = (await listRefunds(tx, data.orderId)).filter((refund) => refund.state !== 'failed').reduce((sum, refund) => sum + refund.amount_minor, 0)
  if (taken > row.captured_minor) return fail(tx, row, refundId, amount.amountMinor, 'more than was captured')
  await enqueue(tx, 'refund', refundId, { orderId: data.orderId, refundId, amountMinor: amount.amountMinor })
})

const statusOf = (status: string | null): RefundFacts['status'] => (status === 'succeeded' ? 'succeeded' : status === 'failed' || status === 'canceled' ? 'failed' : 'pending')

/** Makes the refund and waits, try by try, until Stripe says how it ended. */
export const refund = job<Refunding, Outcome, PaymentDeps>({
  kind: 'refund',
  effect: async ({ payload }, deps) => {
    const row = await findPayment(deps.db, sql`order_id = ${payload.orderId}`)
    if (!row?.payment_intent_id) throw new Error('the payment intent is not known yet')
    try {
      const made = await deps.stripe.refunds.create(
        { payment_intent: row.payment_intent_id, amount: payload.amountMinor, metadata: { refundId: payload.refundId, orderId: payload.orderId } },
        { idempotencyKey: `refund:${payload.refundId}` },
      )
      // The answer of a repeated key is the first answer: ask for the state it has now.
      const now = await deps.stripe.refunds.retrieve(made.id)
      const status = statusOf(now.status)
      if (status === 'pending') throw new Error('Stripe has not settled the refund yet')
      return { kind: 'made', fact: { id: now.id, amountMinor: now.amount, status, ours: payload.refundId, reason: now.failure_reason ?? '' } }
    } catch (error) {
      if (!isPermanent(error)) throw error
      return { kind: 'refused', why: error.message }
    }
  },
  apply: async (tx, { payload }, outcome, deps) => {
    const row = await lockPayment(tx, payload.orderId)
    if (row === null) return
    if (outcome.kind === 'made') await settleRefunds(tx, row, [outcome.fact], deps.newId)
    else await fail(tx, row, payload.refundId, payload.amountMinor, outcome.why.slice(0, 300))
  },
})

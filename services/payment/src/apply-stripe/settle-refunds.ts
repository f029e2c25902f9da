// Brings refund rows to what Stripe says, those made in its dashboard too; each end is announced once.
import { money, paymentEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { aboutOf, capturedOf, listRefunds, type PaymentRow, type RefundRow, sumOf } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'
import { refundMoves } from './decide.ts'
import type { RefundFacts } from './snapshot.ts'

/** The row of one of Stripe's refunds: known by its id, or ours by what it carries, or new because somebody made it at Stripe. */
const rowOf = async (
  tx: Tx,
  row: PaymentRow,
  fact: RefundFacts,
  known: readonly RefundRow[],
  deps: PaymentDeps,
): Promise<RefundRow> => {
  const byStripe = known.find((refund) => refund.stripe_refund_id === fact.id)
  if (byStripe) return byStripe
  const ours = known.find((refund) => refund.id === fact.ours && refund.stripe_refund_id === null)
  if (ours) {
    tx.write`UPDATE payment_refund SET stripe_refund_id = ${fact.id}, updated_at = ${tx.dbNow} WHERE id = ${ours.id}`
    // What we had given up without an answer is decided by Stripe after all.
    return { ...ours, stripe_refund_id: fact.id, state: 'pending' }
  }
  const made: RefundRow = {
    id: deps.newId('rfd'),
    order_id: row.order_id,
    amount_minor: fact.amountMinor,
    state: 'pending',
    origin: 'dashboard',
    reason: 'made at the payment provider',
    stripe_refund_id: fact.id,
  }
  tx.write`INSERT INTO payment_refund (id, order_id, amount_minor, state, origin, reason, stripe_refund_id, created_at, updated_at)
    VALUES (${made.id}, ${made.order_id}, ${made.amount_minor}, ${made.state}, ${made.origin}, ${made.reason}, ${made.stripe_refund_id}, ${tx.dbNow}, ${tx.dbNow})`
  return made
}

/** Announces how a refund ended, from its row. */
export const announceRefund = async (tx: Tx, row: PaymentRow, refund: RefundRow, reason: string): Promise<void> => {
  const about = { ...aboutOf(row), refundId: refund.id, amount: money(refund.amount_minor, row.currency) }
  if (refund.state === 'failed') await publish(tx, paymentEvents.refundFailed, { ...about, reason })
  if (refund.state !== 'succeeded') return
  const refundedTotal = money(sumOf(await listRefunds(tx, row.order_id), 'succeeded'), row.currency)
  await publish(tx, paymentEvents.refundSucceeded, { ...about, refundedTotal, captured: capturedOf(row), origin: refund.origin })
}

/** Under the lock of the payment's row. A refund moves only forward: pending, succeeded, failed. */
export const settleRefunds = async (tx: Tx, row: PaymentRow, facts: readonly RefundFacts[], deps: PaymentDeps): Promise<void> => {
  for (const fact of facts) {
    const refund = await rowOf(tx, row, fact, await listRefunds(tx, row.order_id), deps)
    if (!refundMoves(refund.state, fact.status)) continue
    tx.write`UPDATE payment_refund SET state = ${fact.status}, updated_at = ${tx.dbNow} WHERE id = ${refund.id}`
    tx.afterCommit(() => deps.refunds.inc({ state: fact.status }))
    await announceRefund(tx, row, { ...refund, state: fact.status }, fact.reason || 'refused by the bank')
  }
}

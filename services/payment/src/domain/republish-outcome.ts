// Republishes the outcome of a payment, so that a repeated request of order is answered without a second effect.
import { paymentEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { amountOf, capturedOf, eventDetailsOf, type PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'

/** Publishes nothing while the payment is opening: its job will publish the outcome. */
export const republishOutcome = async (tx: Tx, row: PaymentRow, deps: PaymentDeps): Promise<void> => {
  const common = { orderId: row.order_id, paymentId: row.id }
  if (row.state === 'open' && row.url && row.expires_at) {
    await publish(tx, paymentEvents.sessionOpened, {
      ...common,
      attempt: row.attempt,
      url: row.url,
      expiresAt: row.expires_at.toISOString(),
    })
  }
  if (row.state === 'paid')
    await publish(tx, paymentEvents.succeeded, { ...common, amount: capturedOf(row), at: deps.clock.now().toISOString() })
  if (row.state === 'expired')
    await publish(tx, paymentEvents.expired, { ...common, amount: amountOf(row), reason: 'the payment page has expired' })
  if (row.state === 'failed')
    await publish(tx, paymentEvents.failed, { ...eventDetailsOf(row), amount: amountOf(row), reason: 'the payment failed' })
}

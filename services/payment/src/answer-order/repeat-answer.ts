// Publishes again what was answered before: asking twice has the effect of asking once, but the asker gets its answer.
import { paymentEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { aboutOf, amountOf, capturedOf, type PaymentRow } from '../db/payments.ts'
import type { PaymentDeps } from '../deps.ts'

/** Nothing for a payment that is not answered yet: the answer is on its way. */
export const repeatAnswer = async (tx: Tx, row: PaymentRow, deps: PaymentDeps): Promise<void> => {
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
    await publish(tx, paymentEvents.failed, { ...aboutOf(row), amount: amountOf(row), reason: 'the payment failed' })
}

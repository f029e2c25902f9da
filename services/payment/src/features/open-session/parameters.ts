// Parameters of a checkout session, derived from the stored row only, so that a retried call is identical.
import { recipientColumn, requestColumn } from '../../db/json-columns.ts'
import type { PaymentRow } from '../../db/payments.ts'
import { toStripeAmount } from '../../domain/stripe-amount.ts'
import type { SessionParameters } from '../../integrations/stripe-client.ts'

/** Idempotency key: the same for every call of one attempt. */
export const sessionKey = (row: PaymentRow): string => `session:${row.order_id}:${row.attempt}`

export const sessionParameters = (row: PaymentRow): SessionParameters => {
  const { charges, successUrl, cancelUrl, trace } = requestColumn.parse(row.request)
  const recipient = recipientColumn.parseOrNull(row.recipient)
  const metadata = { orderId: row.order_id, attempt: String(row.attempt), ...trace }
  return {
    mode: 'payment',
    // Cards only: methods that confirm later need rows of their own first.
    allowed_payment_method_types: ['card'],
    line_items: charges.map(({ name, quantity, unitAmount }) => ({
      quantity,
      price_data: {
        currency: unitAmount.currency.toLowerCase(),
        unit_amount: toStripeAmount(unitAmount),
        product_data: { name },
      },
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

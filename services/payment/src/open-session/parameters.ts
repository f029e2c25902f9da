// What Stripe is asked for: only what the stored row says, so that a repeated call is the same call.
import type Stripe from 'stripe'
import type { PaymentRow, SessionRequest } from '../db/payments.ts'
import { toStripe } from '../stripe-amount.ts'

/** The same key for the same attempt, for ever. */
export const sessionKey = (row: PaymentRow): string => `session:${row.order_id}:${row.attempt}`

export const sessionParameters = (row: PaymentRow): Stripe.Checkout.SessionCreateParams => {
  const { charges, successUrl, cancelUrl } = JSON.parse(row.request) as SessionRequest
  const recipient = row.recipient === null ? null : (JSON.parse(row.recipient) as { email: string })
  const metadata = { orderId: row.order_id, attempt: String(row.attempt) }
  return {
    mode: 'payment',
    // Cards only: methods whose money comes later need rows of their own first.
    allowed_payment_method_types: ['card'],
    line_items: charges.map(({ name, quantity, unitAmount }) => ({
      quantity,
      price_data: { currency: unitAmount.currency.toLowerCase(), unit_amount: toStripe(unitAmount), product_data: { name } },
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

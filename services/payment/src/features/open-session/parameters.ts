// Parameters of a checkout session, derived from the stored row only, so that a retried call is identical.
import { formatMoney, paymentMethods } from '@cartwright/contracts'
import { recipientColumn, requestColumn } from '../../db/json-columns.ts'
import type { PaymentRow } from '../../db/payments.ts'
import { toStripeAmount } from '../../domain/stripe-amount.ts'
import type { SessionParameters } from '../../integrations/stripe-client.ts'
import { stripeLocale } from '../../integrations/stripe-locale.ts'

/** Idempotency key: the same for every call of one attempt. */
export const sessionKey = (row: PaymentRow): string => `session:${row.order_id}:${row.attempt}`

type Charge = ReturnType<typeof requestColumn.parse>['charges'][number]

/** Stripe's limit for the name of a product. */
const maxNameLength = 250

/** Names the promotions of a line: `Summer sale −€5.00`. */
const lowerings = ({ discounts = [] }: Charge, locale: string): string =>
  discounts.map(({ name, amount }) => `${name} −${formatMoney(amount, locale)}`).join(', ')

const lineItemOf = (charge: Charge, locale: string): NonNullable<SessionParameters['line_items']>[number] => {
  const { name, quantity, unitAmount } = charge
  const description = lowerings(charge, locale)
  return {
    quantity,
    price_data: {
      currency: unitAmount.currency.toLowerCase(),
      unit_amount: toStripeAmount(unitAmount),
      product_data: { name: name.slice(0, maxNameLength), ...(description === '' ? {} : { description }) },
    },
  }
}

export const sessionParameters = (row: PaymentRow): SessionParameters => {
  const { charges, successUrl, cancelUrl, trace } = requestColumn.parse(row.request)
  const recipient = recipientColumn.parseOrNull(row.recipient)
  const metadata = { orderId: row.order_id, attempt: String(row.attempt), ...trace }
  return {
    mode: 'payment',
    allowed_payment_method_types: [...paymentMethods],
    line_items: charges.map((charge) => lineItemOf(charge, row.locale)),
    locale: stripeLocale(row.locale),
    success_url: successUrl,
    cancel_url: cancelUrl,
    client_reference_id: row.order_id,
    expires_at: Math.floor((row.expires_at?.getTime() ?? 0) / 1000),
    metadata,
    payment_intent_data: { metadata },
    ...(recipient ? { customer_email: recipient.email } : {}),
  }
}

// What Stripe charged and refunded for an order, as the sandbox's ledger has it.
import type { TestShop } from '../test-shop/test-shop.ts'

interface AtStripe {
  client_reference_id?: string
  payment_intent: string
  amount_total?: number
  amount?: number
  amount_captured?: number
  currency: string
}

/** Amounts at Stripe, which for most currencies are minor units of ISO 4217. */
export const stripeAmounts = async (shop: TestShop, orderId: string) => {
  const ledger = (await shop.ledger()) as unknown as Record<'sessions' | 'charges' | 'refunds', AtStripe[]>
  const session = ledger.sessions.find((one) => one.client_reference_id === orderId)
  const ofOrder = (one: AtStripe) => one.payment_intent === session?.payment_intent
  const charges = ledger.charges.filter(ofOrder)
  return {
    session: session?.amount_total,
    charges: charges.map(({ amount_captured }) => amount_captured),
    currencies: [session, ...charges].map((one) => one?.currency.toUpperCase()),
    refunds: ledger.refunds.filter(ofOrder).map(({ amount }) => amount),
  }
}

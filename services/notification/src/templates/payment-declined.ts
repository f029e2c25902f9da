// Tells a shopper that their card was declined and that the payment page is still open. What a bank confides to the shop stays unsaid.
import { formatMoney, type Money } from '@cartwright/contracts'
import { link, note, template, text } from './content.ts'
import { orderLink } from './order-parts.ts'

interface Declined {
  orderId: string
  number: string
  amount: Money
  declineCode: string
  payUrl: string | null
}

/** Reasons that help the shopper. Suspicions (a lost or stolen card, fraud) are told to nobody, as Stripe asks. */
const reasons: Record<string, string> = {
  insufficient_funds: 'There was not enough money on it.',
  expired_card: 'The card has expired.',
  incorrect_cvc: 'The security code was not right.',
  incorrect_number: 'The card number was not right.',
  authentication_required: 'Your bank wanted you to confirm the payment, and that did not happen.',
  card_velocity_exceeded: 'The limit of the card is reached.',
}

export const paymentDeclined = template<Declined>(({ number, amount, declineCode, payUrl }, reader) => ({
  subject: `Payment for order ${number} was declined`,
  preview: 'Nothing was charged. You can try again with this or another card.',
  title: 'Your payment was declined',
  parts: [
    text(
      `The payment of ${formatMoney(amount, reader.locale)} for order ${number} did not go through. ${reasons[declineCode] ?? 'Your bank did not approve it.'} Nothing was charged.`,
    ),
    text('We keep the goods for you a little longer: you can try again on the same page, with this or with another card.'),
    ...(payUrl === null ? orderLink('See your order', reader) : [link('Try again', payUrl)]),
    note('If you would rather not, you need not do anything: the order ends by itself and the goods go back to your cart.'),
  ],
}))

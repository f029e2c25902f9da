// Mail template: a card was declined, and the payment page is still open. It does not repeat suspicions of the bank.
import type { Money } from '@cartwright/contracts'
import { link, note, template, text } from './content.ts'
import { orderLink } from './order-parts.ts'

interface Declined {
  orderId: string
  number: string
  amount: Money
  declineCode: string
  payUrl: string | null
}

/** Texts of reasons that help the shopper. Suspicions (a lost or stolen card, fraud) are left out, as Stripe requires. */
const reasons = {
  insufficient_funds: 'payment-declined.insufficientFunds',
  expired_card: 'payment-declined.expiredCard',
  incorrect_cvc: 'payment-declined.incorrectCvc',
  incorrect_number: 'payment-declined.incorrectNumber',
  authentication_required: 'payment-declined.notConfirmed',
  card_velocity_exceeded: 'payment-declined.limitReached',
} as const
const isNamed = (declineCode: string): declineCode is keyof typeof reasons => Object.hasOwn(reasons, declineCode)

export const paymentDeclined = template<Declined>(({ number, amount, declineCode, payUrl }, reader) => {
  const { say, money } = reader
  const reason = say(isNamed(declineCode) ? reasons[declineCode] : 'payment-declined.notApproved')
  return {
    subject: say('payment-declined.subject', { number }),
    preview: say('payment-declined.preview'),
    title: say('payment-declined.title'),
    parts: [
      text(say('payment-declined.text', { amount: money(amount), number, reason })),
      text(say('payment-declined.keep')),
      ...(payUrl === null ? orderLink(reader) : [link(say('payment-declined.tryAgain'), payUrl)]),
      note(say('payment-declined.note')),
    ],
  }
})

// Tells operators that a customer disputes a payment, and until when evidence can be handed in.
import { formatMoney, type Money } from '@cartwright/contracts'
import { template, text } from './content.ts'
import { moment } from './moments.ts'

interface Dispute {
  orderId: string
  number: string
  disputeId: string
  amount: Money
  reason: string
  dueAt: string | null
}

export const alertDisputeOpened = template<Dispute>(({ orderId, number, disputeId, amount, reason, dueAt }, { locale }) => ({
  subject: `Alert: payment for order ${number} is disputed`,
  preview: dueAt === null ? 'No date is set for an answer.' : `Answer by ${moment(dueAt, locale)}.`,
  title: 'A payment is disputed',
  parts: [
    text(
      'The customer’s bank has taken the money back for now. Hand in evidence in Stripe’s dashboard before the date below, or accept the dispute.',
    ),
    {
      kind: 'facts',
      facts: [
        ['Order', `${number} (${orderId})`],
        ['Amount', formatMoney(amount, locale)],
        ['Reason', reason],
        ['Dispute', disputeId],
        ['Answer by', dueAt === null ? 'not set' : moment(dueAt, locale)],
      ],
    },
  ],
}))

// Tells operators how a dispute ended.
import { formatMoney, type Money } from '@cartwright/contracts'
import { template, text } from './content.ts'

export const alertDisputeClosed = template<{
  orderId: string
  number: string
  disputeId: string
  amount: Money
  outcome: 'won' | 'lost'
}>((dispute, { locale }) => ({
  subject: `Alert: dispute about order ${dispute.number} was ${dispute.outcome}`,
  preview: dispute.outcome === 'won' ? 'The money is ours again.' : 'The money stays with the customer.',
  title: `A dispute was ${dispute.outcome}`,
  parts: [
    text(
      dispute.outcome === 'won'
        ? 'The bank decided for the shop: the money is ours again.'
        : 'The bank decided for the customer: the money stays with them.',
    ),
    {
      kind: 'facts',
      facts: [
        ['Order', `${dispute.number} (${dispute.orderId})`],
        ['Amount', formatMoney(dispute.amount, locale)],
        ['Dispute', dispute.disputeId],
      ],
    },
  ],
}))

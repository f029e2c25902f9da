// Tells operators that a refund could not be made and money is still owed.
import { formatMoney, type Money } from '@cartwright/contracts'
import { template, text } from './content.ts'

export const alertRefundFailed = template<{ orderId: string; number: string; refundId: string; amount: Money; reason: string }>(
  (refund, { locale }) => ({
    subject: `Alert: refund for order ${refund.number} failed`,
    preview: `${formatMoney(refund.amount, locale)} is still owed to the customer.`,
    title: 'A refund failed',
    parts: [
      text('The customer is still owed this money. Look at the payment, and refund it again or pay it back another way.'),
      {
        kind: 'facts',
        facts: [
          ['Order', `${refund.number} (${refund.orderId})`],
          ['Amount', formatMoney(refund.amount, locale)],
          ['Refund', refund.refundId],
          ['Reason', refund.reason],
        ],
      },
    ],
  }),
)

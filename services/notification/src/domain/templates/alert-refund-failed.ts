// Mail template for operators: a refund failed and the money is still owed.
import type { Money } from '@cartwright/contracts'
import { template, text } from './content.ts'

interface Failed {
  orderId: string
  number: string
  refundId: string
  amount: Money
  reason: string
}

export const alertRefundFailed = template<Failed>(({ orderId, number, refundId, amount, reason }, { say, money }) => ({
  subject: say('alert.subject', { title: say('alert-refund-failed.subject', { number }) }),
  preview: say('alert-refund-failed.preview', { amount: money(amount) }),
  title: say('alert-refund-failed.title'),
  parts: [
    text(say('alert-refund-failed.text')),
    {
      kind: 'facts',
      facts: [
        [say('alert.order'), `${number} (${orderId})`],
        [say('alert.amount'), money(amount)],
        [say('alert.refund'), refundId],
        [say('alert.reason'), reason],
      ],
    },
  ],
}))

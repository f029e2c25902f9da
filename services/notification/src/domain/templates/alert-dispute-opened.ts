// Mail template for operators: a customer disputes a payment; it names the deadline for an answer.
import type { Money } from '@cartwright/contracts'
import { template, text } from './content.ts'

interface Dispute {
  orderId: string
  number: string
  disputeId: string
  amount: Money
  reason: string
  dueAt: string | null
}

export const alertDisputeOpened = template<Dispute>(({ orderId, number, disputeId, amount, reason, dueAt }, reader) => {
  const { say, money } = reader
  const when = dueAt === null ? null : reader.moment(dueAt)
  return {
    subject: say('alert.subject', { title: say('alert-dispute-opened.subject', { number }) }),
    preview: when === null ? say('alert-dispute-opened.previewWithoutDate') : say('alert-dispute-opened.preview', { when }),
    title: say('alert-dispute-opened.title'),
    parts: [
      text(say('alert-dispute-opened.text')),
      {
        kind: 'facts',
        facts: [
          [say('alert.order'), `${number} (${orderId})`],
          [say('alert.amount'), money(amount)],
          [say('alert.reason'), reason],
          [say('alert.dispute'), disputeId],
          [say('alert-dispute-opened.answerBy'), when ?? say('alert-dispute-opened.notSet')],
        ],
      },
    ],
  }
})

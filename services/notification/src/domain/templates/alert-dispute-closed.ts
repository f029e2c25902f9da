// Mail template for operators: a dispute was closed.
import type { Money } from '@cartwright/contracts'
import { template, text } from './content.ts'

interface Closed {
  orderId: string
  number: string
  disputeId: string
  amount: Money
  outcome: 'won' | 'lost'
}

export const alertDisputeClosed = template<Closed>(({ orderId, number, disputeId, amount, outcome }, { say, money }) => {
  const isWon = outcome === 'won'
  const title = isWon ? say('alert-dispute-closed.subjectWon', { number }) : say('alert-dispute-closed.subjectLost', { number })
  return {
    subject: say('alert.subject', { title }),
    preview: isWon ? say('alert-dispute-closed.previewWon') : say('alert-dispute-closed.previewLost'),
    title: isWon ? say('alert-dispute-closed.titleWon') : say('alert-dispute-closed.titleLost'),
    parts: [
      text(isWon ? say('alert-dispute-closed.textWon') : say('alert-dispute-closed.textLost')),
      {
        kind: 'facts',
        facts: [
          [say('alert.order'), `${number} (${orderId})`],
          [say('alert.amount'), money(amount)],
          [say('alert.dispute'), disputeId],
        ],
      },
    ],
  }
})

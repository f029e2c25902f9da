// Mail template: a refund succeeded, with its amount and the total that is refunded.
import type { Money } from '@cartwright/contracts'
import { template, text } from './content.ts'
import { orderLink } from './order-parts.ts'

interface Refunded {
  number: string
  amount: Money
  refundedTotal: Money
  captured: Money
}

export const refundSucceeded = template<Refunded>(({ number, amount: refunded, refundedTotal, captured }, reader) => {
  const { say, money } = reader
  const amount = money(refunded)
  const isWhole = refundedTotal.amountMinor >= captured.amountMinor
  return {
    subject: say('refund-succeeded.subject', { amount, number }),
    preview: say('refund-succeeded.preview'),
    title: isWhole ? say('refund-succeeded.titleWhole') : say('refund-succeeded.titlePart'),
    parts: [
      text(say('refund-succeeded.text', { amount, number })),
      {
        kind: 'facts',
        facts: [
          [say('refund-succeeded.thisRefund'), amount],
          [say('refund-succeeded.soFar'), money(refundedTotal)],
          [say('refund-succeeded.paid'), money(captured)],
        ],
      },
      ...orderLink(reader),
    ],
  }
})

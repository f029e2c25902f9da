// Mail template: a refund succeeded, with its goods, amount and taxes, and the total that is refunded.
import type { Money } from '@cartwright/contracts'
import { template, text } from './content.ts'
import { orderLink, type Refunded, refundedGoods } from './order-parts.ts'

interface RefundSucceeded extends Refunded {
  number: string
  refundedTotal: Money
  captured: Money
}

export const refundSucceeded = template<RefundSucceeded>(({ number, refundedTotal, captured, ...refunded }, reader) => {
  const { say, money } = reader
  const amount = money(refunded.amount)
  const isWhole = refundedTotal.amountMinor >= captured.amountMinor
  return {
    subject: say('refund-succeeded.subject', { amount, number }),
    preview: say('refund-succeeded.preview'),
    title: isWhole ? say('refund-succeeded.titleWhole') : say('refund-succeeded.titlePart'),
    parts: [
      text(say('refund-succeeded.text', { amount, number })),
      refundedGoods(refunded, reader),
      {
        kind: 'facts',
        facts: [
          [say('refund-succeeded.soFar'), money(refundedTotal)],
          [say('refund-succeeded.paid'), money(captured)],
        ],
      },
      ...orderLink(reader),
    ],
  }
})

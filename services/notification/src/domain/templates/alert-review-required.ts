// Mail template for operators: the paid amount differs from the order's total. The order waits for a decision.
import type { Money } from '@cartwright/contracts'
import { template, text } from './content.ts'

export const alertReviewRequired = template<{ orderId: string; number: string; expected: Money; got: Money }>(
  ({ orderId, number, expected, got }, { say, money }) => ({
    subject: say('alert.subject', { title: say('alert-review-required.subject', { number }) }),
    preview: say('alert-review-required.preview', { expected: money(expected), got: money(got) }),
    title: say('alert-review-required.title'),
    parts: [
      text(say('alert-review-required.text')),
      {
        kind: 'facts',
        facts: [
          [say('alert.order'), `${number} (${orderId})`],
          [say('alert-review-required.expected'), money(expected)],
          [say('alert-review-required.paid'), money(got)],
        ],
      },
    ],
  }),
)

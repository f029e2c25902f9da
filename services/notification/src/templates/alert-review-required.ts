// Tells operators that a paid amount is not the order's: it is not fulfilled until somebody decides.
import { formatMoney, type Money } from '@cartwright/contracts'
import { template, text } from './content.ts'

export const alertReviewRequired = template<{ orderId: string; number: string; expected: Money; got: Money }>(
  ({ orderId, number, expected, got }, { locale }) => ({
    subject: `Alert: payment for order ${number} needs a decision`,
    preview: `Expected ${formatMoney(expected, locale)}, got ${formatMoney(got, locale)}.`,
    title: 'A payment does not match its order',
    parts: [
      text(
        'What was paid is not what the order costs, so the order does not go on. Cancel and refund it, or settle it with the customer.',
      ),
      {
        kind: 'facts',
        facts: [
          ['Order', `${number} (${orderId})`],
          ['Expected', formatMoney(expected, locale)],
          ['Paid', formatMoney(got, locale)],
        ],
      },
    ],
  }),
)

// Tells operators of payments that did not go through: several within a few minutes are one mail with a count.
import { formatMoney, type Money } from '@cartwright/contracts'
import { note, template, text } from './content.ts'
import { moment } from './moments.ts'

/** One payment that did not go through. */
export interface PaymentTrouble {
  kind: 'declined' | 'failed'
  orderId: string
  number: string
  amount: Money
  reason: string
  at: string
}

export const alertPayments = template<{ count: number; shown: PaymentTrouble[] }>(({ count, shown }, { locale }) => {
  const title = count === 1 ? '1 payment did not go through' : `${count} payments did not go through`
  return {
    subject: `Alert: ${title}`,
    preview: shown.map(({ number, reason }) => `${number}: ${reason}`).join(', '),
    title,
    parts: [
      text('The shoppers have been told. A declined attempt leaves the payment page open; a failed payment ends the order.'),
      {
        kind: 'goods',
        lines: shown.map(({ kind, number, orderId, amount, reason, at }) => ({
          name: `${number}, ${kind}: ${reason}`,
          detail: `${moment(at, locale)}, ${orderId}`,
          amount: formatMoney(amount, locale),
        })),
        sums: [],
      },
      ...(count > shown.length ? [text(`And ${count - shown.length} more.`)] : []),
      note('Many in a short time may mean that a bank or Stripe is in trouble, or that somebody is trying out stolen cards.'),
    ],
  }
})

// Says that money was sent back, how much, and whether it was all of it.
import { formatMoney, type Money } from '@cartwright/contracts'
import { template, text } from './content.ts'
import { orderLink } from './order-parts.ts'

interface Refunded {
  number: string
  amount: Money
  refundedTotal: Money
  captured: Money
}

export const refundSucceeded = template<Refunded>(({ number, amount, refundedTotal, captured }, reader) => {
  const { locale } = reader
  const whole = refundedTotal.amountMinor >= captured.amountMinor
  const money = formatMoney(amount, locale)
  return {
    subject: `${money} for order ${number} was refunded`,
    preview: 'It goes to the card you paid with.',
    title: whole ? 'Your money is on its way back' : 'A part of your money is on its way back',
    parts: [
      text(
        `We have refunded ${money} for order ${number}, to the card you paid with. Banks often need a few days until it shows.`,
      ),
      {
        kind: 'facts',
        facts: [
          ['This refund', money],
          ['Refunded so far', formatMoney(refundedTotal, locale)],
          ['You paid', formatMoney(captured, locale)],
        ],
      },
      ...orderLink('See your order', reader),
    ],
  }
})

// Tells a customer that money which was announced did not reach the card, and that the shop sees to it.
import { formatMoney, type Money } from '@cartwright/contracts'
import { note, template, text } from './content.ts'
import { orderLink } from './order-parts.ts'

export const refundFailed = template<{ number: string; amount: Money }>(({ number, amount }, reader) => {
  const money = formatMoney(amount, reader.locale)
  return {
    subject: `The refund for order ${number} did not go through`,
    preview: `${money} could not be sent to your card. We see to it.`,
    title: 'Your refund did not go through',
    parts: [
      text(`We tried to send ${money} for order ${number} back to the card you paid with, and your bank did not take it.`),
      text('You still get this money. We see to it now and write to you; you need not do anything.'),
      note('If that card has been closed or replaced, answer this mail and name the order number, but never a card number.'),
      ...orderLink('See your order', reader),
    ],
  }
})

// Says that an order has arrived.
import { note, template, text } from './content.ts'
import { moment } from './moments.ts'

export const orderDelivered = template<{ number: string; at: string }>(({ number, at }, { locale }) => ({
  subject: `Order ${number} was delivered`,
  preview: 'We hope you enjoy it.',
  title: 'Your order has arrived',
  parts: [
    text(`Order ${number} was delivered on ${moment(at, locale)}. We hope you enjoy it.`),
    note('If something is missing or damaged, answer this mail and name the order number.'),
  ],
}))

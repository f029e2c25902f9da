// Says that an order has arrived.
import { note, template, text } from './content.ts'
import { moment } from './moments.ts'
import { orderLink } from './order-parts.ts'

export const orderDelivered = template<{ number: string; at: string }>(({ number, at }, reader) => ({
  subject: `Order ${number} was delivered`,
  preview: 'We hope you enjoy it.',
  title: 'Your order has arrived',
  parts: [
    text(`Order ${number} was delivered on ${moment(at, reader.locale)}. We hope you enjoy it.`),
    ...orderLink('See your order', reader),
    note('If something is missing or damaged, answer this mail and name the order number.'),
  ],
}))

// Mail template: an order was delivered.
import { note, template, text } from './content.ts'
import { orderLink } from './order-parts.ts'

export const orderDelivered = template<{ number: string; at: string }>(({ number, at }, reader) => ({
  subject: reader.say('order-delivered.subject', { number }),
  preview: reader.say('order-delivered.preview'),
  title: reader.say('order-delivered.title'),
  parts: [
    text(reader.say('order-delivered.text', { number, when: reader.moment(at) })),
    ...orderLink(reader),
    note(reader.say('order-delivered.note')),
  ],
}))

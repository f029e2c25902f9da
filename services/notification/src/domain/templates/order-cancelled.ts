// Mail template: an order was cancelled, the reason, and what happens to the money and the cart.
import { cancelReason } from '@cartwright/contracts'
import { template, text } from './content.ts'
import { type Line, orderLink, type Priced, pricedGoods, type Reason } from './order-parts.ts'

interface Cancelled extends Priced {
  number: string
  reason: Reason
  paid: boolean
  lines: Line[]
}

export const orderCancelled = template<Cancelled>(({ number, reason, paid, ...goods }, reader) => ({
  subject: reader.say('order-cancelled.subject', { number }),
  preview: paid ? reader.say('order-cancelled.previewPaid') : reader.say('order-cancelled.previewUnpaid'),
  title: reader.say('order-cancelled.title'),
  parts: [
    text(reader.say('order-cancelled.text', { number, reason: cancelReason(reason, reader.locale) })),
    text(paid ? reader.say('order-cancelled.paid') : reader.say('order-cancelled.unpaid')),
    pricedGoods(goods, reader),
    ...orderLink(reader),
  ],
}))

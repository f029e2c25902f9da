// Mail template: an order was cancelled, the reason, and what happens to the money and the cart.
import { cancelReason, type Totals } from '@cartwright/contracts'
import { template, text } from './content.ts'
import { type Line, orderLink, pricedGoods, type Reason } from './order-parts.ts'

interface Cancelled {
  orderId: string
  number: string
  reason: Reason
  paid: boolean
  lines: Line[]
  totals: Totals
}

export const orderCancelled = template<Cancelled>(({ number, reason, paid, lines, totals }, reader) => ({
  subject: reader.say('order-cancelled.subject', { number }),
  preview: paid ? reader.say('order-cancelled.previewPaid') : reader.say('order-cancelled.previewUnpaid'),
  title: reader.say('order-cancelled.title'),
  parts: [
    text(reader.say('order-cancelled.text', { number, reason: cancelReason(reason, reader.locale) })),
    text(paid ? reader.say('order-cancelled.paid') : reader.say('order-cancelled.unpaid')),
    pricedGoods(lines, totals, reader),
    ...orderLink(reader),
  ],
}))

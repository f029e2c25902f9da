// Mail template: the confirmation of a paid order.
import type { Totals } from '@cartwright/contracts'
import { template, text } from './content.ts'
import { type Line, orderLink, pricedGoods } from './order-parts.ts'

export const orderConfirmed = template<{ orderId: string; number: string; lines: Line[]; totals: Totals }>((order, reader) => ({
  subject: reader.say('order-confirmed.subject', { number: order.number }),
  preview: reader.say('order-confirmed.preview'),
  title: reader.say('order-confirmed.title'),
  parts: [
    text(reader.say('order-confirmed.text')),
    { kind: 'facts', facts: [[reader.say('common.orderNumber'), order.number]] },
    pricedGoods(order.lines, order.totals, reader),
    ...orderLink(reader),
  ],
}))

// Confirms an order that is paid and whose goods are set aside.
import type { Totals } from '@cartwright/contracts'
import { template, text } from './content.ts'
import { type Line, orderLink, pricedGoods } from './order-parts.ts'

export const orderConfirmed = template<{ orderId: string; number: string; lines: Line[]; totals: Totals }>((order, reader) => ({
  subject: `Order ${order.number} is confirmed`,
  preview: 'Thank you. We have your payment and are getting your order ready.',
  title: 'Thank you for your order',
  parts: [
    text('We have your payment and are getting your order ready. You will hear from us when it is on its way.'),
    { kind: 'facts', facts: [['Order number', order.number]] },
    pricedGoods(order.lines, order.totals, reader.locale),
    ...orderLink('See your order', reader),
  ],
}))

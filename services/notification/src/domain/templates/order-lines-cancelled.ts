// Mail template: a part of an order was cancelled, which goods, and what is paid back for them.
import type { Money } from '@cartwright/contracts'
import { template, text } from './content.ts'
import { countedGoods, orderLink } from './order-parts.ts'

interface LinesCancelled {
  number: string
  lines: { sku: string; name: string; quantity: number }[]
  /** Null when nothing is left to refund. */
  refund: Money | null
}

export const orderLinesCancelled = template<LinesCancelled>(({ number, lines, refund }, reader) => ({
  subject: reader.say('order-lines-cancelled.subject', { number }),
  preview: reader.say('order-lines-cancelled.preview'),
  title: reader.say('order-lines-cancelled.title'),
  parts: [
    text(reader.say('order-lines-cancelled.text', { number })),
    countedGoods(lines),
    ...(refund === null ? [] : [text(reader.say('order-lines-cancelled.refund', { amount: reader.money(refund) }))]),
    text(reader.say('order-lines-cancelled.rest')),
    ...orderLink(reader),
  ],
}))

// Mail template: the confirmation of a paid order.
import { template, text } from './content.ts'
import { type Line, orderLink, type Priced, pricedGoods } from './order-parts.ts'

interface Confirmed extends Priced {
  number: string
  lines: Line[]
}

export const orderConfirmed = template<Confirmed>(({ number, ...goods }, reader) => ({
  subject: reader.say('order-confirmed.subject', { number }),
  preview: reader.say('order-confirmed.preview'),
  title: reader.say('order-confirmed.title'),
  parts: [
    text(reader.say('order-confirmed.text')),
    { kind: 'facts', facts: [[reader.say('common.orderNumber'), number]] },
    pricedGoods(goods, reader),
    ...orderLink(reader),
  ],
}))

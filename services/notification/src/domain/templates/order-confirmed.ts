// Mail template: the confirmation of an order that is paid or free.
import { template, text } from './content.ts'
import { isFree, type Line, orderLink, type Priced, pricedGoods } from './order-parts.ts'

interface Confirmed extends Priced {
  number: string
  lines: Line[]
}

export const orderConfirmed = template<Confirmed>(({ number, ...goods }, reader) => ({
  subject: reader.say('order-confirmed.subject', { number }),
  preview: isFree(goods.totals) ? reader.say('order-confirmed.previewFree') : reader.say('order-confirmed.preview'),
  title: reader.say('order-confirmed.title'),
  parts: [
    text(isFree(goods.totals) ? reader.say('order-confirmed.textFree') : reader.say('order-confirmed.text')),
    { kind: 'facts', facts: [[reader.say('common.orderNumber'), number]] },
    pricedGoods(goods, reader),
    ...orderLink(reader),
  ],
}))

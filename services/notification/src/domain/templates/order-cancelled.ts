// Mail template: an order was cancelled, the reason, and what happens to the money and the cart.
import { cancelReason } from '@cartwright/contracts'
import { template, text } from './content.ts'
import { isFree, type Line, orderLink, type Priced, pricedGoods, type Reason } from './order-parts.ts'

interface Cancelled extends Priced {
  number: string
  reason: Reason
  paid: boolean
  lines: Line[]
}

/** What becomes of the money: key and preview key of the text. An unpaid order gives its lines back to the cart, also a free one. */
const moneyOf = ({ paid, totals }: Pick<Cancelled, 'paid' | 'totals'>) => {
  if (!paid) return ['order-cancelled.unpaid', 'order-cancelled.previewUnpaid'] as const
  return isFree(totals)
    ? (['order-cancelled.free', 'order-cancelled.previewFree'] as const)
    : (['order-cancelled.paid', 'order-cancelled.previewPaid'] as const)
}

export const orderCancelled = template<Cancelled>(({ number, reason, paid, ...goods }, reader) => {
  const [money, preview] = moneyOf({ paid, totals: goods.totals })
  return {
    subject: reader.say('order-cancelled.subject', { number }),
    preview: reader.say(preview),
    title: reader.say('order-cancelled.title'),
    parts: [
      text(reader.say('order-cancelled.text', { number, reason: cancelReason(reason, reader.locale) })),
      text(reader.say(money)),
      pricedGoods(goods, reader),
      ...orderLink(reader),
    ],
  }
})

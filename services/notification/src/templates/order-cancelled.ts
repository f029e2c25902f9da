// Says that an order will not go on, why, and what becomes of the money and of the cart.
import { cancelReasons, type Totals } from '@cartwright/contracts'
import { type Part, template, text } from './content.ts'
import { type Line, orderLink, pricedGoods, type Reason } from './order-parts.ts'

interface Cancelled {
  orderId: string
  number: string
  reason: Reason
  paid: boolean
  lines: Line[]
  totals: Totals
}

const outcome = ({ paid }: Cancelled): Part =>
  text(
    paid
      ? 'Your money comes back: we are refunding what you paid, to the card you paid with. You get another mail as soon as that is done. Banks often need a few days until it shows.'
      : 'You have not been charged. What you had chosen is in your cart again.',
  )

export const orderCancelled = template<Cancelled>((order, reader) => ({
  subject: `Order ${order.number} was cancelled`,
  preview: order.paid ? 'Your money comes back.' : 'You have not been charged.',
  title: 'Your order was cancelled',
  parts: [
    text(`Order ${order.number} was cancelled. ${cancelReasons[order.reason]}`),
    outcome(order),
    pricedGoods(order.lines, order.totals, reader.locale),
    ...orderLink('See your order', reader),
  ],
}))

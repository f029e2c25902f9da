// Says that an order will not go on, why, and what becomes of the money and of the cart.
import type { Totals } from '@cartwright/contracts'
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

const whys: Record<Reason, string> = {
  out_of_stock: 'Something in it was sold out at that very moment. We are sorry.',
  payment_failed: 'The payment did not go through.',
  payment_expired: 'It was not paid in time, so we gave the goods free again.',
  customer: 'You asked us to cancel it.',
  operator: 'We had to cancel it.',
  reservation_timeout: 'We could not set the goods aside in time. We are sorry.',
}

const outcome = ({ paid, orderId }: Cancelled, publicUrl: string): Part[] =>
  paid
    ? [
        text(
          'Your money comes back: we are refunding what you paid, to the card you paid with. You get another mail as soon as that is done. Banks often need a few days until it shows.',
        ),
      ]
    : [
        text('You have not been charged. What you had chosen is still in your cart.'),
        orderLink('Go on shopping', orderId, publicUrl),
      ]

export const orderCancelled = template<Cancelled>((order, { locale, publicUrl }) => ({
  subject: `Order ${order.number} was cancelled`,
  preview: order.paid ? 'Your money comes back.' : 'You have not been charged.',
  title: 'Your order was cancelled',
  parts: [
    text(`Order ${order.number} was cancelled. ${whys[order.reason]}`),
    ...outcome(order, publicUrl),
    pricedGoods(order.lines, order.totals, locale),
  ],
}))

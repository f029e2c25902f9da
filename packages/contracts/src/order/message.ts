// What is true of an order, in sentences for its shopper. The page after paying, the order page and the mails say these, so they cannot contradict each other.
import { type Static, Type } from 'typebox'
import type { Money } from '../common.ts'
import { OneOf } from '../common.ts'
import { formatMoney } from '../money.ts'
import type { Order } from './schemas.ts'

export const OrderMessage = Type.Object({
  mood: OneOf('good', 'wait', 'bad'),
  title: Type.String(),
  text: Type.String(),
})
export type OrderMessage = Static<typeof OrderMessage>

/** What the sentences depend on. */
export interface OrderFacts
  extends Pick<
    Order,
    'status' | 'paymentStatus' | 'fulfilmentStatus' | 'refundStatus' | 'cancelReason' | 'cancelRequestedAt' | 'total'
  > {
  captured: Money
  /** What has gone back for good. */
  refunded: Money
  /** Whether the lines of the cancelled order went back into a cart. */
  cartRestored: boolean
  /** Whether the hosted payment page takes money now. */
  payable: boolean
}

/** Why an order was cancelled. */
export const cancelReasons: Readonly<Record<NonNullable<Order['cancelReason']>, string>> = {
  out_of_stock: 'Something in it was sold out at that very moment. We are sorry.',
  payment_failed: 'The payment did not go through.',
  payment_expired: 'It was not paid in time, so we gave the goods free again.',
  customer: 'You asked us to cancel it.',
  operator: 'We had to cancel it.',
  reservation_timeout: 'We could not set the goods aside in time. We are sorry.',
}

const banksNeedTime = 'Banks often need a few days until it shows.'

/** What became of money that came; empty when nothing of it went back or will. */
const moneyBack = ({ captured, refunded, refundStatus, paymentStatus, status }: OrderFacts, locale: string): string => {
  const text = (amountMinor: number) => formatMoney({ ...captured, amountMinor }, locale)
  const all = text(captured.amountMinor)
  const left = text(Math.max(0, captured.amountMinor - refunded.amountMinor))
  if (refundStatus === 'full')
    return `We have sent ${text(refunded.amountMinor)} back to the card you paid with. ${banksNeedTime}`
  if (refundStatus === 'failed')
    return 'Sending money back to the card you paid with did not work. We see to it and write to you.'
  if (refundStatus === 'pending' && status === 'cancelled')
    return `We are sending ${left} back to the card you paid with. ${banksNeedTime}`
  if (refundStatus === 'pending') return 'Money is on its way back to the card you paid with.'
  if (refundStatus === 'partial') return `We have sent ${text(refunded.amountMinor)} of ${all} back to the card you paid with.`
  if (status !== 'cancelled' || captured.amountMinor === 0) return ''
  if (paymentStatus === 'disputed') return `You disputed the payment of ${all}: your bank decides where the money goes.`
  return `You paid ${all}. The money comes back to the card you paid with.`
}

const sentences = (...parts: string[]): string => parts.filter((part) => part !== '').join(' ')

const cancelled = (facts: OrderFacts, locale: string): OrderMessage => {
  const { cancelReason, captured, cartRestored } = facts
  const titles: Partial<Record<NonNullable<Order['cancelReason']>, string>> = {
    payment_failed: 'The payment did not work',
    payment_expired: 'The payment took too long',
  }
  return {
    mood: 'bad',
    title: (cancelReason && titles[cancelReason]) ?? 'Your order was cancelled',
    text: sentences(
      cancelReason === null ? 'The order was cancelled.' : cancelReasons[cancelReason],
      captured.amountMinor === 0 ? 'You have not been charged.' : moneyBack(facts, locale),
      cartRestored ? 'What you had chosen is in your cart again.' : 'Your cart stays as it is.',
    ),
  }
}

const pending = ({ cancelRequestedAt, captured, paymentStatus, payable }: OrderFacts): OrderMessage => {
  const wait = (title: string, text: string): OrderMessage => ({ mood: 'wait', title, text })
  if (cancelRequestedAt !== null)
    return captured.amountMinor > 0
      ? wait('Cancelling', 'Your payment had arrived by then. The order ends as cancelled, and your money goes back.')
      : wait('Cancelling', 'We are making sure that no payment is under way.')
  if (paymentStatus === 'review')
    return wait(
      'We are checking your payment',
      'Something about it needs a second look. You need not do anything; we will write to you.',
    )
  if (captured.amountMinor > 0)
    return { mood: 'good', title: 'Thank you!', text: 'Your payment has arrived. A confirmation is on its way to you by e-mail.' }
  return payable
    ? wait(
        'Not paid yet',
        'If you have just paid, we shall know in a moment. Otherwise you can go on paying, or cancel and get your cart back.',
      )
    : wait('One moment', 'Your payment page is being prepared.')
}

const processing = (facts: OrderFacts, locale: string): OrderMessage => {
  const { paymentStatus, fulfilmentStatus } = facts
  if (paymentStatus === 'disputed')
    return {
      mood: 'wait',
      title: 'Your payment is disputed',
      text: 'Your bank is looking at this payment. We send nothing until it has decided.',
    }
  const partly = fulfilmentStatus === 'partial'
  return {
    mood: 'good',
    title: partly ? 'A part of your order is on its way' : 'Thank you!',
    text: sentences(
      partly ? 'The rest follows.' : 'Your payment has arrived, and we are getting your order ready.',
      moneyBack(facts, locale),
    ),
  }
}

/** What a shopper is told of an order now. */
export const orderMessage = (facts: OrderFacts, locale = 'en'): OrderMessage => {
  if (facts.status === 'cancelled') return cancelled(facts, locale)
  if (facts.status === 'pending') return pending(facts)
  if (facts.status === 'processing') return processing(facts, locale)
  const [title, text] =
    facts.status === 'shipped'
      ? ['Your order is on its way', 'We have handed all of it to the carrier.']
      : ['Your order has arrived', 'We hope you enjoy it.']
  return { mood: 'good', title, text: sentences(text, moneyBack(facts, locale)) }
}

// What is true of an order, in sentences for its shopper. The page after paying, the order page and the mails say these, so they cannot contradict each other.
import { type Static, Type } from 'typebox'
import { type Money, named, OneOf } from '../common.ts'
import { languageOf } from '../locales.ts'
import { formatMoney } from '../money.ts'
import { messageTexts } from './message-texts.ts'
import type { Order } from './schemas.ts'

export const OrderMessage = named(
  'OrderMessage',
  Type.Object({ mood: OneOf('good', 'wait', 'bad'), title: Type.String(), text: Type.String() }),
)
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

/** Why an order was cancelled, in a sentence. */
export const cancelReason = (reason: NonNullable<Order['cancelReason']>, locale: string): string =>
  messageTexts[languageOf(locale)].reasons[reason]

const sentences = (...parts: string[]): string => parts.filter((part) => part !== '').join(' ')

/** What became of money that came; empty when nothing of it went back or will. */
const moneyBack = ({ captured, refunded, refundStatus, paymentStatus, status }: OrderFacts, locale: string): string => {
  const texts = messageTexts[languageOf(locale)]
  const amount = (amountMinor: number) => formatMoney({ ...captured, amountMinor }, locale)
  const paid = amount(captured.amountMinor)
  const left = amount(Math.max(0, captured.amountMinor - refunded.amountMinor))
  if (refundStatus === 'full') return sentences(texts.refundedWholly(amount(refunded.amountMinor)), texts.banksNeedTime)
  if (refundStatus === 'failed') return texts.refundFailed
  if (refundStatus === 'pending' && status === 'cancelled') return sentences(texts.refundPendingOf(left), texts.banksNeedTime)
  if (refundStatus === 'pending') return texts.refundPending
  if (refundStatus === 'partial') return texts.refundedPartly(amount(refunded.amountMinor), paid)
  if (status !== 'cancelled' || captured.amountMinor === 0) return ''
  return paymentStatus === 'disputed' ? texts.bankDecides(paid) : texts.comesBack(paid)
}

const cancelled = (facts: OrderFacts, locale: string): OrderMessage => {
  const { cancelReason: reason, captured, cartRestored } = facts
  const texts = messageTexts[languageOf(locale)]
  return {
    mood: 'bad',
    title: (reason && texts.cancelledTitles[reason]) ?? texts.cancelledTitles.usual,
    text: sentences(
      reason === null ? texts.cancelled : texts.reasons[reason],
      captured.amountMinor === 0 ? texts.notCharged : moneyBack(facts, locale),
      cartRestored ? texts.cartRestored : texts.cartStays,
    ),
  }
}

const pending = ({ cancelRequestedAt, captured, paymentStatus, payable }: OrderFacts, locale: string): OrderMessage => {
  const texts = messageTexts[languageOf(locale)]
  const say = (mood: OrderMessage['mood'], [title, text]: readonly [string, string]): OrderMessage => ({ mood, title, text })
  const hasMoney = captured.amountMinor > 0
  if (cancelRequestedAt !== null) return say('wait', hasMoney ? texts.cancellingPaid : texts.cancelling)
  if (paymentStatus === 'not_required') return say('wait', texts.free)
  if (paymentStatus === 'review') return say('wait', texts.review)
  if (hasMoney) return say('good', texts.paid)
  return say('wait', payable ? texts.payable : texts.preparing)
}

/** A confirmed order that is not cancelled: its state, and what became of money that went back. */
const running = (
  facts: OrderFacts,
  state: 'partlyShipped' | 'processing' | 'processingFree' | 'shipped' | 'delivered',
  locale: string,
): OrderMessage => {
  const [title, text] = messageTexts[languageOf(locale)][state]
  return { mood: 'good', title, text: sentences(text, moneyBack(facts, locale)) }
}

/** What a shopper is told of an order now, in the language of the locale. */
export const orderMessage = (facts: OrderFacts, locale: string): OrderMessage => {
  if (facts.status === 'cancelled') return cancelled(facts, locale)
  if (facts.status === 'pending') return pending(facts, locale)
  if (facts.status !== 'processing') return running(facts, facts.status, locale)
  if (facts.paymentStatus !== 'disputed') {
    if (facts.fulfilmentStatus === 'partial') return running(facts, 'partlyShipped', locale)
    return running(facts, facts.paymentStatus === 'not_required' ? 'processingFree' : 'processing', locale)
  }
  const [title, text] = messageTexts[languageOf(locale)].disputed
  return { mood: 'wait', title, text }
}

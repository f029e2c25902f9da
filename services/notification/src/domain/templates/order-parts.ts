// Shared parts of mails about orders: lines with prices, totals, the link to the order.
import {
  type ChargedOrder,
  type DataOf,
  languageOf,
  type Money,
  type orderEvents,
  type PriceDetails,
  priceRows,
  priceTexts,
  type RefundedGoods,
  type Totals,
  taxTitle,
} from '@cartwright/contracts'
import { type Localized, link, type Part, type Sum } from './content.ts'

export type Line = DataOf<typeof orderEvents.confirmed>['lines'][number]
export type Reason = DataOf<typeof orderEvents.cancelled>['reason']

/** Whether nothing was to be paid for the order. */
export const isFree = ({ total }: Totals): boolean => total.amountMinor === 0

const times = (quantity: number, each: string): string => `${quantity} × ${each}`

/** The rows from the subtotal to the total, and the taxes that the total contains. */
const sumsOf = (order: ChargedOrder, { locale, money }: Localized): Sum[] =>
  priceRows(order, locale).map(({ kind, label, amount }) => ({ label, amount: money(amount), isTotal: kind === 'total' }))

type Goods = Extract<Part, { kind: 'goods' }>

/** The price of an order as its events carry it. */
export type Priced = { totals: Totals } & PriceDetails

/** The sums of an order without its lines. */
export const priceOf = ({ totals, ...details }: Priced, reader: Localized): Goods => ({
  kind: 'goods',
  lines: [],
  sums: sumsOf({ ...totals, ...details }, reader),
})

export const pricedGoods = ({ lines, ...price }: Priced & { lines: readonly Line[] }, reader: Localized): Part => ({
  ...priceOf(price, reader),
  lines: lines.map(({ name, quantity, unitPrice, lineTotal }) => ({
    name,
    detail: times(quantity, reader.money(unitPrice)),
    amount: reader.money(lineTotal),
  })),
})

export const countedGoods = (lines: readonly { name: string; quantity: number; sku: string }[]): Part => ({
  kind: 'goods',
  lines: lines.map(({ name, quantity, sku }) => ({ name, detail: times(quantity, sku) })),
  sums: [],
})

/** What a refund pays for. Events of older versions, and refunds that were made at the payment provider, name no goods and taxes. */
export type Refunded = { amount: Money } & RefundedGoods

/** The goods of a refund, its amount, and the taxes that the amount contains. */
export const refundedGoods = ({ amount, lines = [], taxes = [] }: Refunded, { locale, money, say }: Localized): Part => {
  const texts = priceTexts[languageOf(locale)]
  const rest = lines.reduce((left, line) => left - line.amount.amountMinor, amount.amountMinor)
  const sum = (label: string, of: Money, isTotal = false): Sum => ({ label, amount: money(of), isTotal })
  return {
    kind: 'goods',
    lines: lines.map(({ name, quantity, sku, amount: paid }) => ({ name, detail: times(quantity, sku), amount: money(paid) })),
    sums: [
      ...(lines.length === 0 || rest === 0 ? [] : [sum(say('common.otherAmounts'), { ...amount, amountMinor: rest })]),
      sum(say('common.thisRefund'), amount, true),
      ...taxes.map((tax) => sum(texts.included(taxTitle(tax, locale)), tax.amount)),
    ],
  }
}

/** The link to the order of the mail. */
export const orderLink = ({ orderUrl, say }: Localized): Part[] =>
  orderUrl === null ? [] : [link(say('common.seeOrder'), orderUrl)]

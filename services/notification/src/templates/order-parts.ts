// Parts that several mails about orders share: goods with prices, totals, where to look.
import { type DataOf, formatMoney, type Money, type orderEvents, type Totals } from '@cartwright/contracts'
import { link, type Part, type Reader } from './content.ts'

export type Line = DataOf<typeof orderEvents.confirmed>['lines'][number]
export type Reason = DataOf<typeof orderEvents.cancelled>['reason']

const times = (quantity: number, each: string): string => `${quantity} × ${each}`

const sumsOf = ({ subtotal, shipping, tax, discount, total }: Totals, locale: string): (readonly [string, string])[] => {
  const money = (amount: Money) => formatMoney(amount, locale)
  const negative = { ...discount, amountMinor: -discount.amountMinor }
  const between: (readonly [string, string] | null)[] = [
    shipping.amountMinor > 0 ? ['Shipping', money(shipping)] : null,
    tax.amountMinor > 0 ? ['Tax', money(tax)] : null,
    discount.amountMinor > 0 ? ['Discount', money(negative)] : null,
  ]
  const present = between.filter((sum) => sum !== null)
  return [...(present.length > 0 ? [['Subtotal', money(subtotal)] as const, ...present] : []), ['Total', money(total)]]
}

export const pricedGoods = (lines: readonly Line[], totals: Totals, locale: string): Part => ({
  kind: 'goods',
  lines: lines.map(({ name, quantity, unitPrice, lineTotal }) => ({
    name,
    detail: times(quantity, formatMoney(unitPrice, locale)),
    amount: formatMoney(lineTotal, locale),
  })),
  sums: sumsOf(totals, locale),
})

export const countedGoods = (lines: readonly { name: string; quantity: number; sku: string }[]): Part => ({
  kind: 'goods',
  lines: lines.map(({ name, quantity, sku }) => ({ name, detail: times(quantity, sku) })),
  sums: [],
})

/** The way to the order that the mail is about. */
export const orderLink = (label: string, { orderUrl }: Reader): Part[] => (orderUrl === null ? [] : [link(label, orderUrl)])

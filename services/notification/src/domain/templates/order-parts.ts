// Shared parts of mails about orders: lines with prices, totals, the link to the order.
import type { DataOf, orderEvents, Totals } from '@cartwright/contracts'
import { type Localized, link, type Part } from './content.ts'

export type Line = DataOf<typeof orderEvents.confirmed>['lines'][number]
export type Reason = DataOf<typeof orderEvents.cancelled>['reason']

const times = (quantity: number, each: string): string => `${quantity} × ${each}`

const sumsOf = (
  { subtotal, shipping, tax, discount, total }: Totals,
  { say, money }: Localized,
): (readonly [string, string])[] => {
  const negative = { ...discount, amountMinor: -discount.amountMinor }
  const between: (readonly [string, string] | null)[] = [
    shipping.amountMinor > 0 ? [say('common.shipping'), money(shipping)] : null,
    tax.amountMinor > 0 ? [say('common.tax'), money(tax)] : null,
    discount.amountMinor > 0 ? [say('common.discount'), money(negative)] : null,
  ]
  const present = between.filter((sum) => sum !== null)
  const before = present.length > 0 ? [[say('common.subtotal'), money(subtotal)] as const, ...present] : []
  return [...before, [say('common.total'), money(total)]]
}

export const pricedGoods = (lines: readonly Line[], totals: Totals, reader: Localized): Part => ({
  kind: 'goods',
  lines: lines.map(({ name, quantity, unitPrice, lineTotal }) => ({
    name,
    detail: times(quantity, reader.money(unitPrice)),
    amount: reader.money(lineTotal),
  })),
  sums: sumsOf(totals, reader),
})

export const countedGoods = (lines: readonly { name: string; quantity: number; sku: string }[]): Part => ({
  kind: 'goods',
  lines: lines.map(({ name, quantity, sku }) => ({ name, detail: times(quantity, sku) })),
  sums: [],
})

/** The link to the order of the mail. */
export const orderLink = ({ orderUrl, say }: Localized): Part[] =>
  orderUrl === null ? [] : [link(say('common.seeOrder'), orderUrl)]

// Lines of the hosted payment page. Stripe has no negative lines, so a discount lowers the line that it applies to and is named there.
import {
  type AppliedDiscount,
  type ChargedOrder,
  type DataOf,
  discountTitle,
  type Language,
  languageOf,
  type Money,
  money,
  type OrderLine,
  type orderEvents,
  paymentStep,
  priceTexts,
  taxTitle,
} from '@cartwright/contracts'

export type Charge = DataOf<typeof orderEvents.paymentRequested>['charges'][number]

/** Stripe's maximum of lines of one payment. A cart can have as many lines of goods alone. */
const maxCharges = 100

const moreItems: Readonly<Record<Language, (count: number) => string>> = {
  en: (count) => `${count} more items`,
  de: (count) => `${count} weitere Artikel`,
}

const sumOf = (amounts: readonly { amount: Money }[]): number => amounts.reduce((sum, { amount }) => sum + amount.amountMinor, 0)
const costOf = (charges: readonly Charge[]): number =>
  charges.reduce((sum, { quantity, unitAmount }) => sum + quantity * unitAmount.amountMinor, 0)

const lowerings = (discounts: readonly AppliedDiscount[]): Pick<Charge, 'discounts'> =>
  discounts.length === 0 ? {} : { discounts: discounts.map((one) => ({ name: discountTitle(one), amount: one.amount })) }

type Line = Pick<OrderLine, 'name' | 'quantity' | 'unitPrice' | 'lineTotal' | 'discounts'>

/** A discount belongs to the whole line, so a discounted line is charged as one piece. */
const goodsCharge = ({ name, quantity, unitPrice, lineTotal, discounts }: Line): Charge => {
  if (sumOf(discounts) === 0) return { kind: 'goods', name, quantity, unitAmount: unitPrice }
  return {
    kind: 'goods',
    name: quantity === 1 ? name : `${quantity} × ${name}`,
    quantity: 1,
    unitAmount: money(lineTotal.amountMinor - sumOf(discounts), lineTotal.currency),
    ...lowerings(discounts),
  }
}

/** Joins the last lines into one, so that there are at most `room`. */
const joined = (goods: readonly Charge[], room: number, locale: string): Charge[] => {
  if (goods.length <= room) return [...goods]
  const [shown, rest] = [goods.slice(0, room - 1), goods.slice(room - 1)]
  const { currency } = rest[0]?.unitAmount ?? { currency: '' }
  const name = moreItems[languageOf(locale)](rest.length)
  return [...shown, { kind: 'goods', name, quantity: 1, unitAmount: money(costOf(rest), currency) }]
}

export interface ChargeableOrder extends ChargedOrder {
  lines: readonly Line[]
}

const shippingCharges = (order: ChargeableOrder, general: string): Charge[] => {
  const { lines, shipping, discount, shippingOption } = order
  if (!shippingOption && shipping.amountMinor === 0) return []
  const lowered = discount.amountMinor - sumOf(lines.flatMap((line) => line.discounts))
  return [
    {
      kind: 'shipping',
      name: shippingOption ? `${general}: ${shippingOption.name}` : general,
      quantity: 1,
      unitAmount: money(shipping.amountMinor - lowered, shipping.currency),
      ...lowerings(shippingOption?.discounts ?? []),
    },
  ]
}

/**
 * The taxes that come on top: what the total has beyond goods and shipping, by name as far as names are known. Taxes that share a base
 * share its rounding, so that only their sum may be a multiple of the payment step: they are charged as one line.
 */
const taxCharges = (
  { taxes = [], total }: ChargeableOrder,
  added: number,
  names: { general: string; locale: string },
): Charge[] => {
  const charge = (name: string, unitAmount: Money): Charge => ({ kind: 'tax', name, quantity: 1, unitAmount })
  const present = added === sumOf(taxes) ? taxes.filter(({ amount }) => amount.amountMinor > 0) : []
  const step = paymentStep(total.currency)
  if (present.every(({ amount }) => amount.amountMinor % step === 0) && present.length > 0)
    return present.map((tax) => charge(taxTitle(tax, names.locale), tax.amount))
  const title = present.map((tax) => taxTitle(tax, names.locale)).join(', ') || names.general
  return added > 0 ? [charge(title, money(added, total.currency))] : []
}

/** The lines of an order on the hosted payment page, in the locale of the order. They add up to its total. */
export const chargesOf = (order: ChargeableOrder, locale: string): Charge[] => {
  const texts = priceTexts[languageOf(locale)]
  const goods = order.lines.map(goodsCharge)
  const shipping = shippingCharges(order, texts.shipping)
  const added = order.total.amountMinor - costOf([...goods, ...shipping])
  const further = [...shipping, ...taxCharges(order, added, { general: texts.tax, locale })]
  return [...joined(goods, maxCharges - further.length, locale), ...further]
}

// Price of a cart: the one calculation that cart shows and order charges. Pure: the same request always has the same answer.
import { type AppliedDiscount, type AppliedTax, type Money, money, type ShippingOffer } from '@cartwright/contracts'
import { calculate, sum } from './calculate.ts'
import type { AppliedPromotion } from './promotions.ts'
import type { PricedOption } from './shipping.ts'
import type { Tax } from './tax.ts'
import type { PricedCart, PriceRequest } from './types.ts'

const offerOf = ({ option, rate, price: amount }: PricedOption): ShippingOffer => ({
  id: option.id,
  name: option.name,
  price: money(amount, rate.currency),
  ...(rate.freeFromMinor === undefined ? {} : { freeFrom: money(rate.freeFromMinor, rate.currency) }),
  estimateDays: option.estimateDays,
})

const taxesIn = (currency: string, taxes: readonly Tax[]): AppliedTax[] =>
  taxes.map(({ name, rate, base, amount }) => ({ name, rate, base: money(base, currency), amount: money(amount, currency) }))

/** Discounts in the order in which they applied. @param part reads the amount that counts here; promotions without one are left out */
const discountsIn = (
  currency: string,
  applied: readonly AppliedPromotion[],
  part: (promotion: AppliedPromotion) => number,
): AppliedDiscount[] =>
  applied
    .filter((one) => part(one) > 0)
    .map((one) => ({
      promotionId: one.promotion.id,
      name: one.promotion.name,
      ...(one.code === undefined ? {} : { code: one.code }),
      amount: money(part(one), currency),
    }))

const assertOneCurrency = ({ lines, currency }: PriceRequest): void => {
  const other = lines.find(({ unitPrice }) => unitPrice.currency !== currency)
  if (other) throw new RangeError(`cannot price ${other.unitPrice.currency} in a cart in ${currency}`)
}

/** Prices a cart. @throws RangeError for a line in another currency, and for amounts that are no whole minor units */
export const price = (request: PriceRequest): PricedCart => {
  assertOneCurrency(request)
  const { lines, currency } = request
  const { lineTotals, lineTaxes, shipping, shippingTaxes, applied, taxes, totals, taxIncluded, problems } = calculate(request)
  const inCurrency = (amount: number): Money => money(amount, currency)
  return {
    lines: lines.map(({ id, sku, unitPrice, quantity }, index) => ({
      id,
      sku,
      unitPrice,
      quantity,
      lineTotal: inCurrency(lineTotals[index] ?? 0),
      discounts: discountsIn(currency, applied, (one) => one.lines[index] ?? 0),
      taxes: taxesIn(currency, lineTaxes[index] ?? []),
    })),
    shipping: {
      option: shipping.chosen && offerOf(shipping.chosen),
      offers: shipping.offers.map(offerOf),
      price: inCurrency(totals.shipping),
      discounts: discountsIn(currency, applied, (one) => one.shipping),
      taxes: taxesIn(currency, shippingTaxes),
    },
    taxes: taxesIn(currency, taxes),
    discounts: discountsIn(currency, applied, (one) => sum(one.lines) + one.shipping),
    totals: {
      subtotal: inCurrency(totals.subtotal),
      shipping: inCurrency(totals.shipping),
      tax: inCurrency(totals.tax),
      discount: inCurrency(totals.discount),
      total: inCurrency(totals.total),
      taxIncluded,
    },
    problems: [...problems],
  }
}

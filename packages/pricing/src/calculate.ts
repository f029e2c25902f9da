// Price calculation in minor units: line totals, shipping by the subtotal before discounts, promotions, taxes on what is left.
import { paymentStep } from '@cartwright/contracts'
import { type AppliedPromotion, applyPromotions } from './promotions.ts'
import { chooseShipping, type ShippingChoice } from './shipping.ts'
import { sumTaxes, type Tax, taxesOn, taxesOnShipping, taxRules } from './tax.ts'
import type { PriceLine, PriceProblem, PriceRequest } from './types.ts'

interface Calculation {
  /** By line, before discounts. */
  lineTotals: readonly number[]
  /** By line. */
  lineTaxes: readonly (readonly Tax[])[]
  shipping: ShippingChoice
  shippingTaxes: readonly Tax[]
  applied: readonly AppliedPromotion[]
  /** Of lines and shipping, one entry for each name and rate. */
  taxes: readonly Tax[]
  totals: { subtotal: number; shipping: number; tax: number; discount: number; total: number }
  taxIncluded: boolean
  problems: readonly PriceProblem[]
}

export const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)

/** Weight of the lines that must be shipped; null when there is none. */
const weightOf = (lines: readonly PriceLine[]): number | null => {
  const shipped = lines.filter(({ requiresShipping }) => requiresShipping !== false)
  return shipped.length === 0 ? null : sum(shipped.map(({ weightGrams = 0, quantity }) => weightGrams * quantity))
}

const shippingProblem = ({ problem }: ShippingChoice): PriceProblem[] =>
  problem === null ? [] : [{ code: 'shipping_required', reason: problem }]

/** Taxes on what is left to pay of each line and of shipping. */
const calculateTaxes = (
  { lines, currency, destination, rules }: PriceRequest,
  lineTotals: readonly number[],
  { left, shippingLeft }: { left: readonly number[]; shippingLeft: number },
) => {
  const included = !rules.taxExcluded.includes(currency)
  const taxation = taxRules(rules.taxRates, destination, { included, step: paymentStep(currency) })
  const goods = lines.map(({ taxClass = 'standard', quantity }, index) => ({
    taxClass,
    quantity,
    lineTotal: lineTotals[index] ?? 0,
    paid: left[index] ?? 0,
  }))
  const lineTaxes = goods.map(({ taxClass, paid }) => (paid === 0 ? [] : taxesOn(paid, taxation.ratesOf(taxClass), taxation)))
  const shippingTaxes = taxesOnShipping(shippingLeft, goods, taxation)
  const taxes = sumTaxes([...lineTaxes.flat(), ...shippingTaxes])
  return { included, lineTaxes, shippingTaxes, taxes, tax: sum(taxes.map(({ amount }) => amount)) }
}

export const calculate = (request: PriceRequest): Calculation => {
  const { lines, currency, destination, shippingOptionId, codes, usedUp = [], customer, at, rules } = request
  const lineTotals = lines.map(({ unitPrice, quantity }) => unitPrice.amountMinor * quantity)
  const subtotal = sum(lineTotals)
  const parcel = { currency, subtotal, grams: weightOf(lines) }
  const shipping = chooseShipping(rules.shippingZones, parcel, destination, shippingOptionId)
  const shippingPrice = shipping.chosen?.price ?? 0
  const start = { lines, left: lineTotals, shippingLeft: shippingPrice, currency, step: paymentStep(currency) }
  const { applied, problems, cart } = applyPromotions(rules.promotions, codes, start, {
    currency,
    customer,
    at,
    subtotal,
    usedUp,
  })
  const { included, lineTaxes, shippingTaxes, taxes, tax } = calculateTaxes(request, lineTotals, cart)
  const payable = sum(cart.left) + cart.shippingLeft
  return {
    lineTotals,
    lineTaxes,
    shipping,
    shippingTaxes,
    applied,
    taxes,
    totals: {
      subtotal,
      shipping: shippingPrice,
      tax,
      discount: subtotal + shippingPrice - payable,
      total: payable + (included ? 0 : tax),
    },
    taxIncluded: included,
    problems: [...shippingProblem(shipping), ...problems],
  }
}

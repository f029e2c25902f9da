// The rows that lead from the goods of an order to its total. The payment page, mails, the order page and invoices show these rows.
import type { Money } from '../common.ts'
import { type Language, languageOf } from '../locales.ts'
import { formatMoney, type Totals } from '../money.ts'
import type { AppliedDiscount, AppliedTax } from '../pricing/applied.ts'
import type { PriceDetails } from './price-details.ts'

interface PriceTexts {
  subtotal: string
  discount: string
  shipping: string
  tax: string
  total: string
  added(tax: string): string
  included(tax: string): string
  base(amount: string): string
}

export const priceTexts: Readonly<Record<Language, PriceTexts>> = {
  en: {
    subtotal: 'Subtotal',
    discount: 'Discount',
    shipping: 'Shipping',
    tax: 'Tax',
    total: 'Total',
    added: (tax) => `plus ${tax}`,
    included: (tax) => `includes ${tax}`,
    base: (amount) => `on ${amount}`,
  },
  de: {
    subtotal: 'Zwischensumme',
    discount: 'Rabatt',
    shipping: 'Versand',
    tax: 'Steuer',
    total: 'Gesamtbetrag',
    added: (tax) => `zzgl. ${tax}`,
    included: (tax) => `enthält ${tax}`,
    base: (amount) => `auf ${amount}`,
  },
}

/** A tax by its name and rate: `VAT 19 %`, and `Sales tax 8,25 %` in German. */
export const taxTitle = ({ name, rate }: Pick<AppliedTax, 'name' | 'rate'>, locale: string): string =>
  `${name} ${new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(rate)} %`

/** The same with the amount that is taxed, as invoices must name it: `VAT 19 % on €26.05`. */
export const taxTitleWithBase = (tax: AppliedTax, locale: string): string =>
  `${taxTitle(tax, locale)} ${priceTexts[languageOf(locale)].base(formatMoney(tax.base, locale))}`

/** A discount by the name of its promotion, and the code that the shopper entered for it. */
export const discountTitle = ({ name, code }: Pick<AppliedDiscount, 'name' | 'code'>): string =>
  code === undefined ? name : `${name} (${code})`

export interface PriceRow {
  /** `included` is a tax that the total contains; it stands below the total. */
  kind: 'subtotal' | 'discount' | 'shipping' | 'tax' | 'total' | 'included'
  label: string
  /** Negative for a discount. */
  amount: Money
}

type Named = Pick<PriceRow, 'label' | 'amount'>

export type ChargedOrder = Totals & PriceDetails

/** Discounts of the lines and the shipping option of an order, one entry for each promotion and code. */
export const discountsOf = (parts: readonly { discounts?: readonly AppliedDiscount[] }[]): AppliedDiscount[] => {
  const merged = new Map<string, AppliedDiscount>()
  for (const discount of parts.flatMap(({ discounts = [] }) => discounts)) {
    const key = `${discount.promotionId} ${discount.code ?? ''}`
    const amountMinor = (merged.get(key)?.amount.amountMinor ?? 0) + discount.amount.amountMinor
    merged.set(key, { ...discount, amount: { ...discount.amount, amountMinor } })
  }
  return [...merged.values()]
}

/** Whether prices include their taxes. Older events do not say so; there the sums tell. */
const includesTax = ({ taxIncluded, subtotal, shipping, discount, total }: ChargedOrder): boolean =>
  taxIncluded ?? subtotal.amountMinor + shipping.amountMinor - discount.amountMinor === total.amountMinor

/** What is known by name, and the rest of the sum under a general name, so that the rows always add up. */
const withRest = (named: readonly Named[], sum: Money, label: string): Named[] => {
  const rest = named.reduce((left, { amount }) => left - amount.amountMinor, sum.amountMinor)
  return rest === 0 ? [...named] : [...named, { label, amount: { ...sum, amountMinor: rest } }]
}

const discountRows = ({ discount, discounts = [] }: ChargedOrder, texts: PriceTexts): PriceRow[] => {
  const named = discounts.map((one) => ({ label: discountTitle(one), amount: one.amount }))
  return withRest(named, discount, texts.discount).map(({ label, amount }) => ({
    kind: 'discount',
    label,
    amount: { ...amount, amountMinor: -amount.amountMinor },
  }))
}

const shippingRows = ({ shipping, shippingOption }: ChargedOrder, texts: PriceTexts): PriceRow[] => {
  if (shippingOption) return [{ kind: 'shipping', label: `${texts.shipping}: ${shippingOption.name}`, amount: shipping }]
  return shipping.amountMinor === 0 ? [] : [{ kind: 'shipping', label: texts.shipping, amount: shipping }]
}

/** @param withBase whether the label names the amount that is taxed */
const taxRows = (
  order: ChargedOrder,
  texts: PriceTexts,
  { locale, withBase }: { locale: string; withBase: boolean },
): PriceRow[] => {
  const isIncluded = includesTax(order)
  const title = withBase ? taxTitleWithBase : taxTitle
  const named = (order.taxes ?? []).map((tax) => ({ label: title(tax, locale), amount: tax.amount }))
  return withRest(named, order.tax, texts.tax).map(({ label, amount }) =>
    isIncluded ? { kind: 'included', label: texts.included(label), amount } : { kind: 'tax', label: texts.added(label), amount },
  )
}

/**
 * The rows of an order's price, in the locale of their reader. All amounts above the total add up to it.
 * @param withBase whether taxes name the amount that is taxed, as invoices must
 */
export const priceRows = (order: ChargedOrder, locale: string, withBase = false): PriceRow[] => {
  const texts = priceTexts[languageOf(locale)]
  const taxes = taxRows(order, texts, { locale, withBase })
  const changes = [...discountRows(order, texts), ...shippingRows(order, texts), ...taxes.filter(({ kind }) => kind === 'tax')]
  const total: PriceRow = { kind: 'total', label: texts.total, amount: order.total }
  const included = taxes.filter(({ kind }) => kind === 'included')
  if (changes.length === 0) return [total, ...included]
  return [{ kind: 'subtotal', label: texts.subtotal, amount: order.subtotal }, ...changes, total, ...included]
}

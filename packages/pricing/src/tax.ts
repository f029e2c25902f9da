// Taxes: the rates of a place, the tax on an amount, and the split of shipping among the rates of the goods.
import type { Destination, TaxClass, TaxRate } from '@cartwright/contracts'
import { distribute, proportion, thousandths, wholeInThousandths as whole } from './rounding.ts'

/** A tax in minor units. */
export interface Tax {
  name: string
  rate: number
  base: number
  amount: number
}

interface TaxRules {
  /** The same list for classes that are taxed alike because one has no rates of its own. */
  ratesOf(taxClass: TaxClass): readonly TaxRate[]
  /** Whether prices include their taxes. */
  included: boolean
  /** Smallest step in which the currency can be charged. */
  step: number
}

const byRateAndName = (a: { rate: number; name: string }, b: { rate: number; name: string }): number =>
  b.rate - a.rate || (a.name < b.name ? -1 : 1)

const findRates = (
  rates: readonly TaxRate[],
  { country, region }: Destination,
  wanted: TaxClass,
): readonly TaxRate[] | undefined => {
  const here = rates.filter((rate) => rate.country === country && rate.taxClass === wanted)
  const ofRegion = region === undefined ? [] : here.filter((rate) => rate.region === region)
  const found = ofRegion.length > 0 ? ofRegion : here.filter((rate) => rate.region === undefined)
  return found.length > 0 ? found.sort(byRateAndName) : undefined
}

/** The rates of each tax class at a destination. Without a destination no tax is known. */
export const taxRules = (
  rates: readonly TaxRate[],
  destination: Destination | undefined,
  { included, step }: Pick<TaxRules, 'included' | 'step'>,
): TaxRules => {
  const known = new Map<TaxClass, readonly TaxRate[]>()
  const untaxed: readonly TaxRate[] = []
  const find = (taxClass: TaxClass): readonly TaxRate[] => {
    const own = destination && findRates(rates, destination, taxClass)
    return own ?? (taxClass === 'reduced' ? ratesOf('standard') : untaxed)
  }
  const ratesOf = (taxClass: TaxClass): readonly TaxRate[] => {
    const found = known.get(taxClass) ?? find(taxClass)
    known.set(taxClass, found)
    return found
  }
  return { ratesOf, included, step }
}

/**
 * The taxes on an amount. Their sum is rounded once, half up: to a minor unit when the price includes it, and to the payment step when it
 * is charged on top. Several taxes share that sum in proportion to their rates.
 */
export const taxesOn = (amount: number, rates: readonly TaxRate[], { included, step }: TaxRules): Tax[] => {
  const weights = rates.map(({ name, rate }) => ({ key: name, weight: thousandths(rate) }))
  const percent = weights.reduce((sum, { weight }) => sum + weight, 0)
  const tax = included ? proportion(amount, percent, whole + percent) : proportion(amount, percent, whole, step)
  const base = included ? amount - tax : amount
  const [only] = rates
  if (only !== undefined && rates.length === 1) return [{ name: only.name, rate: only.rate, base, amount: tax }]
  const parts = distribute(tax, weights)
  return rates.map(({ name, rate }, index) => ({ name, rate, base, amount: parts[index] ?? 0 }))
}

/** A taxed amount of goods. */
interface TaxedGoods {
  taxClass: TaxClass
  /** What is paid for the goods, after discounts. */
  paid: number
  /** Before discounts. */
  lineTotal: number
  quantity: number
}

const measures: readonly ((goods: TaxedGoods) => number)[] = [
  ({ paid }) => paid,
  ({ lineTotal }) => lineTotal,
  ({ quantity }) => quantity,
]
const sumOf = (goods: readonly TaxedGoods[], measure: (one: TaxedGoods) => number): number =>
  goods.reduce((sum, one) => sum + measure(one), 0)

/**
 * Shipping is taxed like the goods: it is split among their rates in proportion to what is paid for them, to their prices when all is
 * free, or to their quantities when they have none.
 */
export const taxesOnShipping = (amount: number, goods: readonly TaxedGoods[], rules: TaxRules): Tax[] => {
  const measure = measures.find((candidate) => sumOf(goods, candidate) > 0)
  if (amount === 0 || measure === undefined) return []
  const groups = [...Map.groupBy(goods, ({ taxClass }) => rules.ratesOf(taxClass))]
  const parts = distribute(
    amount,
    groups.map(([rates, members]) => ({ key: JSON.stringify(rates), weight: sumOf(members, measure) })),
  )
  return sumTaxes(
    groups.flatMap(([rates], index) => {
      const part = parts[index] ?? 0
      return part === 0 ? [] : taxesOn(part, rates, rules)
    }),
  )
}

/** One entry for each name and rate. */
export const sumTaxes = (taxes: readonly Tax[]): Tax[] => {
  const sums = new Map<string, Tax>()
  for (const tax of taxes) {
    const key = `${tax.rate} ${tax.name}`
    const { base, amount } = sums.get(key) ?? { base: 0, amount: 0 }
    sums.set(key, { name: tax.name, rate: tax.rate, base: base + tax.base, amount: amount + tax.amount })
  }
  return [...sums.values()].sort(byRateAndName)
}

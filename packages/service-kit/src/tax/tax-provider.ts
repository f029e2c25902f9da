// Tax provider: says the tax rates of a place, from the table of the shop's rules or from a service outside of the shop.
import type { Destination, PriceRules, TaxRate } from '@cartwright/contracts'

/** What rates are asked for. */
export interface TaxQuestion {
  destination: Destination
  /** ISO 4217 code of the cart. */
  currency: string
  /** When the tax falls due. */
  at: Date
}

/** Says tax rates. The amounts are always calculated by `price`, so that a cart and its order agree to the minor unit. */
export interface TaxProvider {
  /**
   * @param rules the rules of the shop, with its own table of rates
   * @returns the rates of the country, and of the region where it has its own, for all tax classes
   * @throws Error when it cannot answer
   */
  ratesAt(question: TaxQuestion, rules: PriceRules): Promise<readonly TaxRate[]>
}

/** The default: the rates that operators maintain. */
export const taxTable: TaxProvider = { ratesAt: async (_, { taxRates }) => taxRates }

/**
 * The rules with the tax rates of the provider; null when it cannot answer. Without a destination no tax is known, and the provider is not
 * asked.
 */
export const findTaxedRules = async (
  provider: TaxProvider,
  rules: PriceRules,
  { destination, ...question }: Omit<TaxQuestion, 'destination'> & { destination: Destination | null },
): Promise<PriceRules | null> => {
  if (destination === null) return rules
  try {
    const taxRates = await provider.ratesAt({ destination, ...question }, rules)
    return taxRates === rules.taxRates ? rules : { ...rules, taxRates: [...taxRates] }
  } catch {
    return null
  }
}

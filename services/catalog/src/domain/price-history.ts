// Price history: the lowest price before a reduction, which a shop in the EU shows beside a reduced price. Pure.
import { type Price, priorPriceDays, type VariantPrice } from '../db/product-state.ts'

const windowMs = priorPriceDays * 86_400_000

/** A price from a moment until the next period begins; null while there was none. */
export interface PricePeriod {
  from: Date
  amountMinor: number | null
}

/** Lowest price that was in force in the 30 days before a moment; null when there was none. @param periods in ascending order */
export const lowestBefore = (periods: readonly PricePeriod[], at: Date): number | null => {
  const amounts = periods.flatMap(({ from, amountMinor }, index) => {
    const until = periods[index + 1]?.from.getTime() ?? Number.POSITIVE_INFINITY
    const wasInForce = from.getTime() < at.getTime() && until > at.getTime() - windowMs
    return wasInForce && amountMinor !== null ? [amountMinor] : []
  })
  return amounts.length === 0 ? null : Math.min(...amounts)
}

/** What an operator sets. */
export interface SetPrice extends Price {
  compareAtMinor?: number | undefined
}

/**
 * The price with its reduction, which begins when the price falls or when it is announced as reduced, and again when a price that is
 * announced as reduced changes.
 * @param before the price until now, if there was one
 * @param periods in ascending order, until now
 */
export const repriced = (
  { amountMinor, currency, compareAtMinor }: SetPrice,
  before: VariantPrice | undefined,
  periods: readonly PricePeriod[],
  at: Date,
): VariantPrice => {
  const price = { amountMinor, currency, compareAtMinor: compareAtMinor ?? null }
  const isAnnounced = price.compareAtMinor !== null
  const isSame = before?.amountMinor === amountMinor && (before.compareAtMinor !== null) === isAnnounced
  if (before !== undefined && isSame) return { ...price, priorMinor: before.priorMinor, reducedAt: before.reducedAt }
  const isLower = before !== undefined && amountMinor < before.amountMinor
  if (!isAnnounced && !isLower) return { ...price, priorMinor: null, reducedAt: null }
  return { ...price, priorMinor: lowestBefore(periods, at), reducedAt: at }
}

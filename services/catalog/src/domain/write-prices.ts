// Writes the prices of a variant with their history.
import { AppError } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { insertPeriods, listPeriods, listPrices, replacePrices } from '../db/prices.ts'
import { type PricePeriod, repriced, type SetPrice } from './price-history.ts'

/** @param path JSON pointer of the prices in the request @throws AppError validation_failed naming a `compareAtMinor` that is not higher than its price */
export const assertPrices = (prices: readonly SetPrice[], path: string): void => {
  const errors = prices.flatMap(({ amountMinor, compareAtMinor }, index) =>
    compareAtMinor === undefined || compareAtMinor > amountMinor
      ? []
      : [{ path: `${path}/${index}/compareAtMinor`, message: 'must be higher than the price' }],
  )
  if (errors.length > 0) throw new AppError('validation_failed', { extra: { in: 'body', errors: errors.slice(0, 20) } })
}

/** Times of the product, for a price that is older than the history of prices. */
interface ProductTimes {
  createdAt: Date
  updatedAt: Date
}

/** A period for a price that the history does not end with: an older replica has written it, or it is older than the history. */
const missedPeriod = (periods: readonly PricePeriod[], amountMinor: number | null, { createdAt, updatedAt }: ProductTimes) => {
  const last = periods.at(-1)
  if ((last?.amountMinor ?? null) === amountMinor) return []
  return [{ from: last === undefined ? createdAt : updatedAt, amountMinor }]
}

/** The period that begins now; none when the price stays. A period never begins before the last one. */
const nextPeriod = (periods: readonly PricePeriod[], amountMinor: number | null, at: Date): PricePeriod[] => {
  const last = periods.at(-1)
  if ((last?.amountMinor ?? null) === amountMinor) return []
  return [{ from: new Date(Math.max(at.getTime(), (last?.from.getTime() ?? 0) + 1)), amountMinor }]
}

/**
 * Replaces the prices of a variant and appends those that changed to the history. Of several prices in one currency the last one counts.
 * @param product the times of its product before the change
 * @param at time of the change
 */
export const setPrices = async (
  tx: Tx,
  variantId: string,
  prices: readonly SetPrice[],
  { at, ...product }: ProductTimes & { at: Date },
): Promise<void> => {
  const before = new Map((await listPrices(tx, variantId)).map((price) => [price.currency, price]))
  const history = Map.groupBy(await listPeriods(tx, variantId), ({ currency }) => currency)
  const wanted = new Map(prices.map((price) => [price.currency, price]))
  const changes = [...new Set([...before.keys(), ...wanted.keys()])].sort().map((currency) => {
    const known = (history.get(currency) ?? []).map((row) => ({ from: row.valid_from, amountMinor: row.amount_minor }))
    const [old, price] = [before.get(currency), wanted.get(currency)]
    const missed = missedPeriod(known, old?.amountMinor ?? null, product)
    const periods = [...known, ...missed].sort((a, b) => a.from.getTime() - b.from.getTime())
    const started = nextPeriod(periods, price?.amountMinor ?? null, at)
    return { currency, fresh: [...missed, ...started], price: price && repriced(price, old, periods, at) }
  })
  await replacePrices(
    tx,
    variantId,
    changes.flatMap(({ price }) => price ?? []),
  )
  const rows = changes.flatMap(({ currency, fresh }) =>
    fresh.map(({ from, amountMinor }) => ({ variant_id: variantId, currency, valid_from: from, amount_minor: amountMinor })),
  )
  await insertPeriods(tx, rows)
}

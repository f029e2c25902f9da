// Integer arithmetic: proportions rounded half up, and exact distribution of an amount. For amounts that are not negative.

interface Quotient {
  whole: number
  remainder: number
}

/** Integer division of a × b by a divisor. Products beyond 2^53 are computed with BigInt. */
const divide = (a: number, b: number, divisor: number): Quotient => {
  const product = a * b
  if (product <= Number.MAX_SAFE_INTEGER) {
    const remainder = product % divisor
    return { whole: (product - remainder) / divisor, remainder }
  }
  const [exact, by] = [BigInt(a) * BigInt(b), BigInt(divisor)]
  return { whole: Number(exact / by), remainder: Number(exact % by) }
}

/**
 * amount × numerator / denominator, rounded half up to a multiple of a step.
 * @param step 1, or the currency's payment step where the result is charged
 */
export const proportion = (amount: number, numerator: number, denominator: number, step = 1): number => {
  const divisor = denominator * step
  const { whole, remainder } = divide(amount, numerator, divisor)
  return (remainder * 2 >= divisor ? whole + 1 : whole) * step
}

/** Percent of an amount, rounded half up to a multiple of the step and never more than the amount. @param percent with at most three decimals */
export const percentOf = (amount: number, percent: number, step: number): number =>
  percent === 100 ? amount : Math.min(amount, proportion(amount, thousandths(percent), wholeInThousandths, step))

/** Thousandths of a percent: an integer. */
export const thousandths = (percent: number): number => Math.round(percent * 1000)
export const wholeInThousandths = 100_000

export interface Weight {
  /** Breaks ties, so that the order of the weights does not matter. */
  key: string
  weight: number
}

/**
 * Distributes an amount in proportion to weights by the method of the largest remainder: the parts add up to the amount, and each is less
 * than one step from its exact share. No part exceeds its weight when the amount does not exceed their sum.
 * @param step the amount is a multiple of it, and so is each part
 */
export const distribute = (amount: number, weights: readonly Weight[], step = 1): number[] => {
  const sum = weights.reduce((total, { weight }) => total + weight, 0)
  if (sum === 0) return weights.map(() => 0)
  const shares = weights.map(({ weight }) => divide(amount / step, weight, sum))
  const parts = shares.map(({ whole }) => whole * step)
  const missing = (amount - parts.reduce((total, part) => total + part, 0)) / step
  if (missing === 0) return parts
  const remainder = (index: number) => shares[index]?.remainder ?? 0
  const key = (index: number) => weights[index]?.key ?? ''
  const byRemainder = [...parts.keys()].sort((a, b) => remainder(b) - remainder(a) || (key(a) < key(b) ? -1 : 1))
  for (const index of byRemainder.slice(0, missing)) parts[index] = (parts[index] ?? 0) + step
  return parts
}

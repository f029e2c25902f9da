// Minimum totals that the shop configures for currencies without a published Stripe minimum.
import { ConfigError } from '@cartwright/service-kit'

/** Minimum totals in minor units, by currency. */
export type Minimums = Readonly<Record<string, number>>

/** @param given such as `TWD:1600` @throws ConfigError */
export const minimumsIn = (given: readonly string[]): Minimums =>
  Object.fromEntries(
    given.map((item): [string, number] => {
      const [, currency, minor] = /^([A-Z]{3}):([1-9][0-9]{0,7})$/.exec(item) ?? []
      if (currency === undefined)
        throw new ConfigError('order', [`ORDER_MINIMUM_CHARGES has ${item}: write a currency and minor units, such as TWD:1600`])
      return [currency, Number(minor)]
    }),
  )

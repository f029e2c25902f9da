// The shop's own least totals: what it sets where Stripe publishes none.
import { ConfigError } from '@cartwright/service-kit'
import type { Minimums } from './decide.ts'

/** @param given such as `TWD:1600` @throws ConfigError */
export const minimumsIn = (given: readonly string[]): Minimums =>
  Object.fromEntries(
    given.map((item): [string, number] => {
      const [, currency, minor] = /^([A-Z]{3}):([1-9][0-9]{0,7})$/.exec(item) ?? []
      if (currency === undefined)
        throw new ConfigError('order', [
          `ORDER_MINIMUM_CHARGES has ${item}, which is no currency and minor units such as TWD:1600`,
        ])
      return [currency, Number(minor)]
    }),
  )

// Promotions for tests of order: short builders, and publishing of rules as catalog does it.
import { catalogEvents, type PriceRules, type Promotion } from '@cartwright/contracts'
import { emptyRules } from '@cartwright/pricing'
import type { OrderUnderTest } from './fixtures.ts'

export const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })

export const offer = (id: string, effect: Promotion['effect'], more: Partial<Promotion> = {}): Promotion => ({
  id,
  name: id,
  trigger: 'automatic',
  effect,
  conditions: {},
  priority: 0,
  exclusive: false,
  ...more,
})

export const percentOff = (id: string, percent: number, more: Partial<Promotion> = {}): Promotion =>
  offer(id, { kind: 'percent', percent }, more)

/** Publishes rules of rising versions. */
export const rulePublisher = (o: () => OrderUnderTest) => {
  let version = 0
  return (rules: Partial<PriceRules>) => {
    version += 1
    return o().t.receive(catalogEvents.priceRulesChanged, { shopId: 'shop', rules: { ...emptyRules, version, ...rules } })
  }
}

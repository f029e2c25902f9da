// Changes of the price rules: locked, versioned, audited, and published as a whole.
import {
  AppError,
  catalogEvents,
  type FieldError,
  type PriceRules,
  type Promotion,
  type ShippingZone,
  type TaxRates,
} from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { promotionErrors, shippingZoneErrors, taxRateErrors } from '@cartwright/pricing'
import { audit, changesOf } from '@cartwright/service-kit'
import { lockPriceRules, shopId, updatePriceRules } from '../db/price-rules.ts'

/** Below the size limit of a Kafka record. */
const maxBytes = 500_000

/** @throws AppError validation_failed naming the fields that contradict */
export const refuseErrors = (errors: readonly FieldError[]): void => {
  if (errors.length > 0) throw new AppError('validation_failed', { extra: { in: 'body', errors: errors.slice(0, 20) } })
}

const findPromotionIn = ({ promotions }: PriceRules, id: string): Promotion | null =>
  promotions.find((one) => one.id === id) ?? null

/** @throws AppError not_found */
export const getPromotionIn = (rules: PriceRules, id: string): Promotion => {
  const found = findPromotionIn(rules, id)
  if (found === null) throw new AppError('not_found')
  return found
}

const assertFitsEvent = (rules: PriceRules): void => {
  const bytes = Buffer.byteLength(JSON.stringify(rules))
  if (bytes <= maxBytes) return
  refuseErrors([{ path: '/', message: `makes the price rules larger than ${maxBytes} bytes: they would take ${bytes}` }])
}

interface RuleChange {
  actor: string
  /** What the operator did, such as `promotion.create`. */
  action: string
  target: string
  /** The part of the rules that the audit compares. */
  part(rules: PriceRules): object
  apply(rules: PriceRules): PriceRules
}

/**
 * Applies a change to the locked rules. One that changes nothing makes no version and no event.
 * @returns the rules after the change
 */
const changePriceRules = async (tx: Tx, { actor, action, target, part, apply }: RuleChange): Promise<PriceRules> => {
  const before = await lockPriceRules(tx)
  const after = apply(before)
  if (JSON.stringify(after) === JSON.stringify(before)) return before
  const rules = { ...after, version: before.version + 1 }
  assertFitsEvent(rules)
  updatePriceRules(tx, rules)
  await audit(tx, { actor, action, target, ...changesOf(part(before), part(rules)) })
  await publish(tx, catalogEvents.priceRulesChanged, { shopId, rules })
  return rules
}

/** @throws AppError validation_failed with paths below `/items` */
export const replaceShippingZones = (tx: Tx, actor: string, shippingZones: ShippingZone[]): Promise<PriceRules> => {
  refuseErrors(shippingZoneErrors(shippingZones, '/items'))
  return changePriceRules(tx, {
    actor,
    action: 'shipping-zones.replace',
    target: 'shipping-zones',
    part: (rules) => ({ zones: rules.shippingZones }),
    apply: (rules) => ({ ...rules, shippingZones }),
  })
}

/** @throws AppError validation_failed with paths below `/items` */
export const replaceTaxRates = (
  tx: Tx,
  actor: string,
  { items: taxRates, taxExcluded }: Pick<TaxRates, 'items' | 'taxExcluded'>,
): Promise<PriceRules> => {
  refuseErrors(taxRateErrors(taxRates, '/items'))
  return changePriceRules(tx, {
    actor,
    action: 'tax-rates.replace',
    target: 'tax-rates',
    part: (rules) => ({ rates: rules.taxRates, taxExcluded: rules.taxExcluded }),
    apply: (rules) => ({ ...rules, taxRates, taxExcluded }),
  })
}

/**
 * @param next the promotion after the change, from the rules before it; null removes it
 * @throws AppError validation_failed
 */
export const changePromotion = (
  tx: Tx,
  { id, actor, action }: { id: string; actor: string; action: string },
  next: (rules: PriceRules) => Promotion | null,
): Promise<PriceRules> => {
  const apply = (rules: PriceRules): PriceRules => {
    const changed = next(rules)
    if (changed !== null) refuseErrors(promotionErrors(changed))
    const others = rules.promotions.filter((one) => one.id !== id)
    return { ...rules, promotions: [...others, ...(changed ? [changed] : [])].sort((a, b) => (a.id < b.id ? -1 : 1)) }
  }
  const part = (rules: PriceRules) => ({ promotion: findPromotionIn(rules, id) })
  return changePriceRules(tx, { actor, action, target: id, part, apply })
}

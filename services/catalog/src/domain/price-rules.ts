// Changes of the price rules: locked, versioned, audited, and published as a whole.
import { AppError, catalogEvents, type FieldError, type PriceRules, type Promotion } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { audit, changesOf } from '@cartwright/service-kit'
import { lockPriceRules, shopId, updatePriceRules } from '../db/price-rules.ts'

/** Below the size limit of a Kafka record. */
const maxBytes = 500_000

/** @throws AppError validation_failed naming the fields that contradict */
export const refuseErrors = (errors: readonly FieldError[]): void => {
  if (errors.length > 0) throw new AppError('validation_failed', { extra: { in: 'body', errors: errors.slice(0, 20) } })
}

export const findPromotionIn = ({ promotions }: PriceRules, id: string): Promotion | null =>
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
export const changePriceRules = async (tx: Tx, { actor, action, target, part, apply }: RuleChange): Promise<PriceRules> => {
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

// I11, prices: what an order costs is what the calculation gives for its frozen input, and Stripe asks for exactly that.
import type { PriceRules } from '@cartwright/contracts'
import { type PriceRequest, price } from '@cartwright/pricing'
import type { CollectedState, OrderRow, Violation } from '../collected-state/rows.ts'

interface FrozenInput extends Omit<PriceRequest, 'at' | 'rules'> {
  at: string
  /** Rates of a tax provider instead of those of the rule set. */
  taxRates?: PriceRules['taxRates']
}

const requestFrom = (input: string, ruleSet: string): PriceRequest => {
  const { at, taxRates, ...request } = JSON.parse(input) as FrozenInput
  const rules = JSON.parse(ruleSet) as PriceRules
  return { ...request, at: new Date(at), rules: taxRates === undefined ? rules : { ...rules, taxRates } }
}

/** The promotions that took something off by the frozen input of an order, also off its shipping. */
export const frozenPromotions = ({ priceInputs, priceRuleSets }: CollectedState, order: OrderRow): string[] => {
  const frozen = priceInputs.find((row) => row.order_id === order.id)
  const ruleSet = priceRuleSets.find((row) => row.version === frozen?.rules_version)
  if (frozen === undefined || ruleSet === undefined) return []
  return price(requestFrom(frozen.input, ruleSet.rule_set)).discounts.map(({ promotionId }) => promotionId)
}

const calculatedViolations = (collected: CollectedState, order: OrderRow): string[] => {
  const frozen = collected.priceInputs.find((row) => row.order_id === order.id)
  if (frozen === undefined) return ['the order keeps no input of its price']
  const ruleSet = collected.priceRuleSets.find((row) => row.version === frozen.rules_version)
  if (ruleSet === undefined) return [`the rule set ${frozen.rules_version} of the order is not kept`]
  const { totals } = price(requestFrom(frozen.input, ruleSet.rule_set))
  const parts = ['subtotal', 'shipping', 'tax', 'discount', 'total'] as const
  return parts.flatMap((part) => {
    const [stored, calculated] = [order[`${part}_minor`], totals[part].amountMinor]
    return stored === calculated ? [] : [`the ${part} is ${stored}, and its frozen input gives ${calculated}`]
  })
}

const askedViolations = ({ stripe }: CollectedState, order: OrderRow): string[] =>
  stripe.sessions
    .filter((session) => session.metadata.orderId === order.id && session.amount_total !== order.total_minor)
    .map((session) => `the order costs ${order.total_minor}, and its page ${session.id} asks for ${session.amount_total}`)

/** I11: the totals of each order are those of its frozen input, and each payment page asks for the total. */
export const prices = (collected: CollectedState): Violation[] =>
  collected.orders.flatMap((order) =>
    [...calculatedViolations(collected, order), ...askedViolations(collected, order)].map((what) => ({
      invariant: 'I11 prices',
      subject: order.id,
      what,
    })),
  )

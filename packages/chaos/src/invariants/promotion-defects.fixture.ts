// Defects for I11 and I12: each corrupts a price, or uses or counters of promotions, of a consistent state once.
import type { Promotion } from '@cartwright/contracts'
import type { CollectedState } from '../collected-state/rows.ts'
import type { Defect } from './defects.fixture.ts'

const useOf = ({ promotionUses }: CollectedState, orderId: string) => {
  const use = promotionUses.find((row) => row.order_id === orderId)
  if (use === undefined) throw new Error(`${orderId} holds no use to corrupt`)
  return use
}
const counterOf = ({ promotionCounters }: CollectedState, scope: string) => {
  const counter = promotionCounters.find((row) => row.scope === scope)
  if (counter === undefined) throw new Error(`no counter of ${scope} to corrupt`)
  return counter
}
const discount = { promotionId: 'prm_2', name: 'Sale', amount: { amountMinor: 100, currency: 'EUR' } }

const limited: Promotion = {
  id: 'prm_2',
  name: 'Sale',
  trigger: 'automatic',
  effect: { kind: 'percent', percent: 10 },
  conditions: {},
  priority: 0,
  exclusive: false,
  limits: { total: 1 },
}

const priced: readonly Defect[] = [
  [
    'I11',
    'an order costs more than its input gives',
    (collected) => Object.assign(collected.orders[0] ?? {}, { total_minor: 3001 }),
  ],
  ['I11', 'an order states another tax', (collected) => Object.assign(collected.orders[0] ?? {}, { tax_minor: 0 })],
  ['I11', 'an order keeps no input', (collected) => (collected.priceInputs = [])],
  ['I11', 'the rules of an order are gone', (collected) => (collected.priceRuleSets = [])],
  [
    'I11',
    'the frozen input was changed',
    (collected) => {
      for (const row of collected.priceInputs) row.input = row.input.replace('"quantity":2', '"quantity":3')
    },
  ],
  [
    'I11',
    'Stripe asks for another amount',
    (collected) => Object.assign(collected.stripe.sessions[0] ?? {}, { amount_total: 2999 }),
  ],
]

export const promotionDefects: readonly Defect[] = [
  ...priced,
  ['I12', 'a counter forgets a use', (collected) => (counterOf(collected, '').used = 1)],
  ['I12', 'the counter of a code forgets a use', (collected) => (counterOf(collected, 'code:HALF').used = 1)],
  ['I12', 'the counter of a customer counts a use twice', (collected) => (counterOf(collected, 'holder:gst_ord_a').used = 2)],
  ['I12', 'a code is used more often than it may be', (collected) => (counterOf(collected, 'code:HALF').max_uses = 1)],
  [
    'I12',
    'an unpaid order keeps its use',
    (collected) => {
      useOf(collected, 'ord_c').given_back_at = null
      for (const scope of ['', 'code:HALF', 'holder:gst_ord_c']) counterOf(collected, scope).used += 1
      counterOf(collected, 'code:HALF').max_uses = 3
    },
  ],
  [
    'I12',
    'a paid order gives its use back',
    (collected) => {
      useOf(collected, 'ord_b').given_back_at = collected.now
      for (const scope of ['', 'code:HALF']) counterOf(collected, scope).used -= 1
    },
  ],
  [
    'I12',
    'an order has a discount and no use of its promotion',
    (collected) => {
      const [order] = collected.orders
      if (order) order.order_lines = JSON.stringify([{ sku: 'MUG', quantity: 2, discounts: [discount] }])
    },
  ],
  [
    'I12',
    'the frozen price of an order holds a limited promotion, and the order no use of it',
    (collected) => {
      const [ruleSet] = collected.priceRuleSets
      if (ruleSet) ruleSet.rule_set = JSON.stringify({ ...JSON.parse(ruleSet.rule_set), promotions: [limited] })
    },
  ],
]

// Defects that are switched on in a running shop: the harness must find each of them, or it proves nothing.

import { cards } from '@cartwright/shop/test-shop'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, openHarness } from './harness.fixture.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { anOpenOrder, untilOrder } from './scenarios/stripe-stories.ts'
import { payOn } from './shoppers/person.ts'

let harness: Harness

beforeAll(async () => {
  harness = await openHarness()
}, 180_000)
afterAll(() => harness?.[Symbol.asyncDispose](), 90_000)

/** One purchase and one walk-away: enough to meet a defect. */
const twoShoppers: Scenario = {
  name: 'two-shoppers',
  about: 'One pays, one walks away.',
  restSec: 25,
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: 9 })
    const payer = await anOpenOrder(ground, 'payer', sku, 2)
    await anOpenOrder(ground, 'walker', sku, 1)
    await payOn(payer.who, payer.orderId, payer.url, cards.pays, ground.journal)
    await untilOrder(payer.who, payer.orderId, ({ status }) => status === 'processing', 20)
  },
}

interface Defect {
  title: string
  /** Where the trigger lies. */
  owner: 'order' | 'catalog' | 'payment'
  trigger: string
  /** What must be noticed. */
  noticed: RegExp
}

const defects: readonly Defect[] = [
  {
    title: 'a service that marks events as published without sending them',
    owner: 'order',
    trigger:
      "BEFORE INSERT ON outbox_event FOR EACH ROW SET NEW.published_at = IF(NEW.event_type = 'order.confirmed', UTC_TIMESTAMP(6), NULL)",
    noticed: /notification took order\.confirmed .* 0 times/,
  },
  {
    title: 'a catalog that puts more back on the shelf than was held',
    owner: 'catalog',
    trigger:
      'BEFORE UPDATE ON stock_level FOR EACH ROW SET NEW.on_hand = NEW.on_hand + IF(NEW.reserved < OLD.reserved AND NEW.on_hand = OLD.on_hand, 1, 0)',
    noticed: /the ledger adds up to 7, on hand are 8/,
  },
  {
    title: 'a payment service that forgets what it captured',
    owner: 'payment',
    trigger: 'BEFORE UPDATE ON payment FOR EACH ROW SET NEW.captured_minor = 0',
    noticed: /Stripe took \d+, payment says 0/,
  },
]

test.each(defects.map((defect) => [defect.title, defect] as const))(
  '%s is found and explained',
  { timeout: 180_000 },
  async (_, { owner, trigger, noticed }) => {
    const { world } = harness
    const [schema = ''] = world.table(owner, '').split('.')
    await world.query(
      `CREATE TRIGGER ${schema}.seeded_defect ${trigger.replace(/ ON (\w+)/, (__, table: string) => ` ON ${schema}.${table}`)}`,
    )
    try {
      const verdict = await harness.judge(twoShoppers, 1)
      const account = verdict.account.join('\n')
      expect(verdict.passed).toBe(false)
      expect(account).toMatch(noticed)
    } finally {
      await world.query(`DROP TRIGGER ${schema}.seeded_defect`)
    }
  },
)

test('without a defect the same story holds', { timeout: 180_000 }, async () => {
  await harness.play(twoShoppers, 1)
})

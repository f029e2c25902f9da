// Real defects, switched on by triggers in a running shop: the harness must find each of them.
import { cards } from '@cartwright/shop/test-shop'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Harness, openHarness } from './harness.fixture.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { placeOrderWithPage, waitForOrder } from './scenarios/steps.ts'
import { payOnPage } from './shoppers/simulated-user.ts'

let harness: Harness

beforeAll(async () => {
  harness = await openHarness()
}, 180_000)
afterAll(() => harness?.[Symbol.asyncDispose](), 90_000)

/** One shopper pays and one does not: enough for each defect to show. */
const twoShoppers: Scenario = {
  name: 'two-shoppers',
  about: 'One shopper pays, one does not.',
  restSec: 25,
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: 9 })
    const payer = await placeOrderWithPage(fixture, 'payer', sku, 2)
    await placeOrderWithPage(fixture, 'walker', sku, 1)
    await payOnPage(payer.user, payer.orderId, payer.url, cards.pays, fixture.journal)
    await waitForOrder(payer.user, payer.orderId, ({ status }) => status === 'processing', 20)
  },
}

interface Defect {
  title: string
  /** The schema that holds the trigger. */
  owner: 'order' | 'catalog' | 'payment'
  trigger: string
  /** A line that the report must hold. */
  noticed: RegExp
}

const defects: readonly Defect[] = [
  {
    title: 'a service that marks events as published without sending them',
    owner: 'order',
    trigger:
      "BEFORE INSERT ON outbox_event FOR EACH ROW SET NEW.published_at = IF(NEW.event_type = 'order.confirmed', UTC_TIMESTAMP(6), NULL)",
    noticed: /notification claimed order\.confirmed .* 0 times/,
  },
  {
    title: 'a catalog that releases more stock than was reserved',
    owner: 'catalog',
    trigger:
      'BEFORE UPDATE ON stock_level FOR EACH ROW SET NEW.on_hand = NEW.on_hand + IF(NEW.reserved < OLD.reserved AND NEW.on_hand = OLD.on_hand, 1, 0)',
    noticed: /the ledger adds up to 7, on hand are 8/,
  },
  {
    title: 'a payment service that stores no captured amount',
    owner: 'payment',
    trigger: 'BEFORE UPDATE ON payment FOR EACH ROW SET NEW.captured_minor = 0',
    noticed: /Stripe took \d+, payment says 0/,
  },
]

test.each(defects.map((defect) => [defect.title, defect] as const))(
  '%s is found and reported',
  { timeout: 180_000 },
  async (_, { owner, trigger, noticed }) => {
    const { shop } = harness
    const [schema = ''] = shop.table(owner, '').split('.')
    await shop.query(
      `CREATE TRIGGER ${schema}.seeded_defect ${trigger.replace(/ ON (\w+)/, (__, table: string) => ` ON ${schema}.${table}`)}`,
    )
    try {
      const verdict = await harness.judge(twoShoppers, 1)
      const report = verdict.report.join('\n')
      expect(verdict.passed).toBe(false)
      expect(report).toMatch(noticed)
    } finally {
      await shop.query(`DROP TRIGGER ${schema}.seeded_defect`)
    }
  },
)

test('the same scenario passes without a defect', { timeout: 180_000 }, async () => {
  await harness.play(twoShoppers, 1)
})

// Crowd for a code: many shoppers want one code of a few uses, under faults, and some cancel again. Exactly its uses are paid for in the end.
import { cards } from '@cartwright/shop/test-shop'
import { drawFaults, type FaultKind } from '../faults/schedule.ts'
import { cancel } from '../shoppers/order-steps.ts'
import { createCodePromotion } from '../shoppers/price-rules.ts'
import { checkout, enterCode, payOnPage, readCart, type SimulatedUser, waitForPageUrl } from '../shoppers/simulated-user.ts'
import { deadlineIn, pause } from '../wait.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { createGuestWithCart, forEachConcurrently, numbers, waitForOrder } from './steps.ts'

const faultMs = 8000
const kinds: readonly FaultKind[] = ['kill', 'database-cut', 'redis-flush', 'kafka-cut', 'webhooks']
const patienceSec = 150

/** Orders with the code. @returns the order, or null when the code is used up */
const orderWithCode = async (user: SimulatedUser, code: string): Promise<string | null> => {
  if (!(await enterCode(user, code))) return null
  const cart = await readCart(user)
  if (!cart?.discounts.some((discount) => discount.code === code)) return null
  return checkout(user, cart)
}

/** @returns whether the order goes on; an order that faults cancel gives its use back */
const payFor = async (user: SimulatedUser, orderId: string, { journal }: Fixture): Promise<boolean> => {
  const url = await waitForPageUrl(user, orderId)
  if (url === null) return false
  await payOnPage(user, orderId, url, cards.pays, journal)
  return (await waitForOrder(user, orderId, ({ status }) => status !== 'pending'))?.status === 'processing'
}

const usesOf = ({ shop: { query, table } }: Fixture, code: string) =>
  query<{ order_id: string }>(
    `SELECT order_id FROM ${table('order', 'promotion_use')} WHERE code = ? AND given_back_at IS NULL`,
    [code],
  )

export const crowdForACode = (shoppers: number, uses: number): Scenario => ({
  name: 'crowd-for-a-code',
  about: `${shoppers} shoppers for a code with ${uses} uses under faults, and some cancel again: exactly ${uses} orders are paid with its discount.`,
  restSec: 180,
  floors: { orders: uses, paid: uses, codes: uses, usesGivenBack: 1 },
  play: async (fixture) => {
    const { shop, admin, random, injector } = fixture
    const [sku = ''] = await fixture.createProducts({ stock: shoppers * 2 })
    const promotion = { name: 'For a crowd', effect: { kind: 'percent', percent: 50 } } as const
    const named = { codes: [`CROWD${Date.now().toString(36)}`], maxUses: uses }
    const [code = ''] = await createCodePromotion(shop, admin, { ...promotion, named })
    const users: SimulatedUser[] = []
    await forEachConcurrently(
      numbers(shoppers),
      20,
      async (number) => void users.push(await createGuestWithCart(fixture, `shopper-${number}`, [{ sku, quantity: 1 }])),
    )
    let winners = 0
    const tryUntilUsedUp = async (user: SimulatedUser, hesitates: boolean): Promise<void> => {
      let mayCancel = hesitates
      for (const until = deadlineIn(patienceSec); winners < uses && performance.now() < until; await pause(500)) {
        const orderId = await orderWithCode(user, code)
        if (orderId === null) continue
        if (mayCancel) {
          mayCancel = false
          await cancel(user, orderId)
          await waitForOrder(user, orderId, ({ status }) => status === 'cancelled')
        } else if (await payFor(user, orderId, fixture)) {
          winners += 1
          return
        }
      }
    }
    // Every second shopper cancels the first order, which gives its use of the code back.
    const shopping = Promise.all(users.map((user, index) => tryUntilUsedUp(user, index % 2 === 0)))
    await injector.run(drawFaults(random.branch('faults'), { durationMs: faultMs, count: 5, only: kinds }))
    await injector.endAllFaults()
    await shopping
    const held = await usesOf(fixture, code)
    fixture.print(`${winners} shoppers paid with the code, and ${held.length} orders hold a use`)
    fixture.expect(winners === uses, `${winners} shoppers paid with the code, which has ${uses} uses`)
    fixture.expect(held.length === uses, `${held.length} orders hold a use of the code, which has ${uses}`)
  },
})

// Engine outages while shoppers buy: checkouts succeed or are refused clearly, and the shop catches up afterwards.
import { setTimeout as delay } from 'node:timers/promises'
import { cards } from '@cartwright/shop/test-shop'
import { payOnPage, type SimulatedUser, waitForPageUrl } from '../shoppers/simulated-user.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { createGuestWithCart, expectNoFailure, forEachConcurrently, numbers, orderCart, waitUntilDecided } from './steps.ts'

const createGuestsWithCarts = async (fixture: Fixture, count: number, sku: string): Promise<SimulatedUser[]> => {
  const users: SimulatedUser[] = []
  await forEachConcurrently(
    numbers(count),
    10,
    async (number) => void users.push(await createGuestWithCart(fixture, `shopper-${number}`, [{ sku, quantity: 1 }])),
  )
  return users
}

const orderAndPay = async (fixture: Fixture, user: SimulatedUser, seconds = 60): Promise<boolean> => {
  const orderId = await orderCart(user)
  if (orderId === null) return false
  const url = await waitForPageUrl(user, orderId, seconds)
  return url !== null && (await payOnPage(user, orderId, url, cards.pays, fixture.journal))
}

export const brokerDown = (checkouts: number, downSec: number): Scenario => ({
  name: 'broker-down',
  about: `Kafka is gone for ${downSec} s while ${checkouts} people check out: every checkout is accepted, and every order continues afterwards.`,
  // The production deadline: the saga must not give up on catalog during the outage.
  shop: { env: { ORDER_RESERVE_TIMEOUT_SEC: '30' } },
  restSec: 150,
  floors: { orders: checkouts, paid: Math.min(20, checkouts), mails: Math.min(20, checkouts) },
  play: async (fixture) => {
    const { kafka } = fixture.shop.engines
    const [sku = ''] = await fixture.createProducts({ stock: checkouts * 2 })
    const users = await createGuestsWithCarts(fixture, checkouts, sku)
    fixture.journal.fault(`Kafka is killed for ${downSec} s`)
    await kafka.kill()
    const [orders] = await Promise.all([Promise.all(users.map(orderCart)), delay(downSec * 1000)])
    fixture.expect(
      orders.every((order) => order !== null),
      `${orders.filter((order) => order === null).length} checkouts were refused`,
    )
    expectNoFailure(fixture)
    await kafka.restart()
    fixture.journal.fault('Kafka runs again')
    await waitUntilDecided(fixture, 120)
    await forEachConcurrently(orders.slice(0, 20), 5, async (orderId, index) => {
      const user = users[index]
      const url = user && orderId ? await waitForPageUrl(user, orderId, 60) : null
      fixture.expect(url !== null, `${orderId} got no payment page`)
      if (user && orderId && url) await payOnPage(user, orderId, url, cards.pays, fixture.journal)
    })
  },
})

export const redisFlushAndDown = (downSec: number): Scenario => ({
  name: 'redis-flush-and-down',
  about: `Redis is emptied, then away for ${downSec} s: nothing is lost, and no request fails.`,
  floors: { paid: 10, mails: 10 },
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: 100 })
    const users = await createGuestsWithCarts(fixture, 10, sku)
    await fixture.injector.inject({ kind: 'redis-flush' })
    const bought = await Promise.all(users.slice(0, 5).map((user) => orderAndPay(fixture, user)))
    const [later] = await Promise.all([
      delay(1000).then(() => Promise.all(users.slice(5).map((user) => orderAndPay(fixture, user)))),
      fixture.injector.inject({ kind: 'redis-away', forMs: downSec * 1000 }),
    ])
    fixture.expect([...bought, ...later].every(Boolean), 'a shopper could not buy')
    expectNoFailure(fixture)
  },
})

interface SearchAnswer {
  degraded: boolean
  items: { variants?: { sku: string }[] }[]
}

export const elasticsearchDown = (): Scenario => ({
  name: 'elasticsearch-down',
  about: 'Elasticsearch is away: search answers from MySQL with `degraded`, and the index catches up afterwards.',
  restSec: 120,
  floors: { paid: 5, mails: 5 },
  play: async (fixture) => {
    const { elasticsearchProxy } = fixture.shop.engines
    const [sku = ''] = await fixture.createProducts({ stock: 20 })
    fixture.journal.fault('Elasticsearch is away')
    elasticsearchProxy.refuse()
    const users = await createGuestsWithCarts(fixture, 5, sku)
    const answers = await Promise.all(numbers(10).map(() => users[0]?.call<SearchAnswer>('GET', `/v1/search?q=${sku}`, {})))
    fixture.expect(
      answers.every((answer) => answer?.kind === 'answer' && answer.status === 200),
      'search did not answer',
    )
    fixture.expect(
      answers.every((answer) => answer?.kind === 'answer' && answer.body.degraded),
      'search did not answer with `degraded`',
    )
    await fixture.createProducts({ stock: 3 }, { stock: 0 })
    const bought = await Promise.all(users.map((user) => orderAndPay(fixture, user)))
    fixture.expect(bought.every(Boolean), 'a shopper could not buy')
    elasticsearchProxy.resume()
    fixture.journal.fault('Elasticsearch is back')
    expectNoFailure(fixture)
  },
})

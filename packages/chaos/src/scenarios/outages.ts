// Engines that go away while people shop: orders are taken all the same, or refused clearly, and everything catches up.
import { setTimeout as delay } from 'node:timers/promises'
import { cards } from '@cartwright/shop/test-shop'
import { type Person, payOn, payUrl } from '../shoppers/person.ts'
import { aFullCart, expectNoFailure, inCrowd, numbers, orderCart, untilDecided } from './crowds.ts'
import type { Ground, Scenario } from './scenario.ts'

const fullCarts = async (ground: Ground, count: number, sku: string): Promise<Person[]> => {
  const people: Person[] = []
  await inCrowd(
    numbers(count),
    10,
    async (number) => void people.push(await aFullCart(ground, `shopper-${number}`, [{ sku, quantity: 1 }])),
  )
  return people
}

const orderAndPay = async (ground: Ground, who: Person, seconds = 60): Promise<boolean> => {
  const orderId = await orderCart(who)
  if (orderId === null) return false
  const url = await payUrl(who, orderId, seconds)
  return url !== null && (await payOn(who, orderId, url, cards.pays, ground.journal))
}

export const brokerDown = (checkouts: number, downSec: number): Scenario => ({
  name: 'broker-down',
  about: `Kafka is gone for ${downSec} s while ${checkouts} people check out: every checkout is taken, and every order goes on afterwards.`,
  // As patient as in production: an outage must not look like a catalog that never answers.
  world: { env: { ORDER_RESERVE_TIMEOUT_SEC: '30' } },
  restSec: 150,
  floors: { orders: checkouts, paid: Math.min(20, checkouts), mails: Math.min(20, checkouts) },
  play: async (ground) => {
    const { kafka } = ground.world.engines
    const [sku = ''] = await ground.goods({ stock: checkouts * 2 })
    const people = await fullCarts(ground, checkouts, sku)
    ground.journal.fault(`Kafka is killed for ${downSec} s`)
    await kafka.kill()
    const [orders] = await Promise.all([Promise.all(people.map(orderCart)), delay(downSec * 1000)])
    ground.expect(
      orders.every((order) => order !== null),
      `${orders.filter((order) => order === null).length} checkouts were not taken`,
    )
    expectNoFailure(ground)
    await kafka.restart()
    ground.journal.fault('Kafka runs again')
    await untilDecided(ground, 120)
    await inCrowd(orders.slice(0, 20), 5, async (orderId, index) => {
      const who = people[index]
      const url = who && orderId ? await payUrl(who, orderId, 60) : null
      ground.expect(url !== null, `${orderId} got no payment page`)
      if (who && orderId && url) await payOn(who, orderId, url, cards.pays, ground.journal)
    })
  },
})

export const redisFlushAndDown = (downSec: number): Scenario => ({
  name: 'redis-flush-and-down',
  about: `Redis is emptied, then away for ${downSec} s: nothing is lost, and nobody sees an error.`,
  floors: { paid: 10, mails: 10 },
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: 100 })
    const people = await fullCarts(ground, 10, sku)
    await ground.injector.inject({ kind: 'redis-flush' })
    const bought = await Promise.all(people.slice(0, 5).map((who) => orderAndPay(ground, who)))
    const [later] = await Promise.all([
      delay(1000).then(() => Promise.all(people.slice(5).map((who) => orderAndPay(ground, who)))),
      ground.injector.inject({ kind: 'redis-away', forMs: downSec * 1000 }),
    ])
    ground.expect([...bought, ...later].every(Boolean), 'somebody could not buy')
    expectNoFailure(ground)
  },
})

interface SearchAnswer {
  degraded: boolean
  items: { variants?: { sku: string }[] }[]
}

export const elasticsearchDown = (): Scenario => ({
  name: 'elasticsearch-down',
  about: 'Elasticsearch is away: search answers from MySQL and says so, and the index catches up with what changed meanwhile.',
  restSec: 120,
  floors: { paid: 5, mails: 5 },
  play: async (ground) => {
    const { elasticsearchProxy } = ground.world.engines
    const [sku = ''] = await ground.goods({ stock: 20 })
    ground.journal.fault('Elasticsearch is away')
    elasticsearchProxy.refuse()
    const people = await fullCarts(ground, 5, sku)
    const answers = await Promise.all(numbers(10).map(() => people[0]?.call<SearchAnswer>('GET', `/v1/search?q=${sku}`, {})))
    ground.expect(
      answers.every((answer) => answer?.kind === 'answer' && answer.status === 200),
      'search did not answer',
    )
    ground.expect(
      answers.every((answer) => answer?.kind === 'answer' && answer.body.degraded),
      'search did not say that it is degraded',
    )
    await ground.goods({ stock: 3 }, { stock: 0 })
    const bought = await Promise.all(people.map((who) => orderAndPay(ground, who)))
    ground.expect(bought.every(Boolean), 'somebody could not buy')
    elasticsearchProxy.resume()
    ground.journal.fault('Elasticsearch is back')
    expectNoFailure(ground)
  },
})

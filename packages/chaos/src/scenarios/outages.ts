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

/** Shops in circles until told to stop. */
const load = (ground: Ground, people: number, sku: string) => {
  let going = true
  const one = async (number: number): Promise<void> => {
    for (let round = 1; going; round++) {
      const who = await aFullCart(ground, `load-${number}-${round}`, [{ sku, quantity: 1 }])
      await who.call('GET', '/v1/products?limit=5', {})
      await orderCart(who)
      await delay(200)
    }
  }
  const done = Promise.all(numbers(people).map(one))
  return async (): Promise<void> => {
    going = false
    await done
  }
}

export const mysqlRestart = (): Scenario => ({
  name: 'mysql-restart',
  about: 'The database is restarted under load: 503 and nothing else meanwhile, and within 15 s of its return everything works.',
  ownDatabase: true,
  restSec: 120,
  play: async (ground) => {
    const { own } = ground.world.engines.mysql
    if (own === null) return ground.expect(false, 'this needs a database of its own')
    const [sku = ''] = await ground.goods({ stock: 5000 })
    const stop = load(ground, 6, sku)
    await delay(3000)
    ground.journal.fault('the database is killed for 4 s')
    await own.kill()
    await delay(4000)
    await own.restart()
    const back = performance.now()
    ground.journal.fault('the database runs again')
    await ground.world.fleet.healed(15)
    const who = await aFullCart(ground, 'afterwards', [{ sku, quantity: 1 }])
    const orderId = await orderCart(who)
    const tookSec = (performance.now() - back) / 1000
    ground.expect(orderId !== null && tookSec < 15, `the first order after its return took ${tookSec.toFixed(1)} s`)
    await delay(2000)
    await stop()
    expectNoFailure(ground, [503])
  },
})

export const redisFlushAndDown = (downSec: number): Scenario => ({
  name: 'redis-flush-and-down',
  about: `Redis is emptied, then away for ${downSec} s: nothing is lost, and nobody sees an error.`,
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

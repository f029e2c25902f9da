// Databases that go away under load: the service that has lost its own says 503 and nothing else, the others do not notice, and pools recover.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type SchemaOwner, schemaOwners } from '@cartwright/shop/test-shop'
import { aGuest, inSeconds, type Person, pause, payUrl } from '../shoppers/person.ts'
import { aFullCart, expectNoFailure, numbers, orderCart } from './crowds.ts'
import type { Ground, Scenario } from './scenario.ts'

/** Seconds within which a pool works again. */
const recoverSec = 15
const lookMs = 250

/** One answer of a service about its own rows. */
interface Glance {
  at: number
  /** When the answer was there. */
  until: number
  owner: SchemaOwner
  status: number | null
  problem: boolean
}

interface Watch {
  glances: readonly Glance[]
  stop(): Promise<void>
}

/** For each service a request that only its own database can answer, past every cache. */
const questions = async (ground: Ground, sku: string): Promise<Record<SchemaOwner, () => [Person, string, string, object?]>> => {
  const guest = await aFullCart(ground, 'watcher', [{ sku, quantity: 1 }])
  const { admin } = ground
  return {
    identity: () => [admin, 'GET', '/v1/admin/users?limit=1'],
    catalog: () => [admin, 'GET', `/v1/admin/stock/${sku}`],
    cart: () => [guest, 'PATCH', '/v1/cart', { currency: 'EUR' }],
    order: () => [admin, 'GET', '/v1/admin/orders?limit=1'],
    payment: () => [admin, 'GET', '/v1/admin/payments?limit=1'],
    notification: () => [admin, 'GET', '/v1/admin/messages?limit=1'],
  }
}

const glance = async (
  ground: Ground,
  owner: SchemaOwner,
  [who, method, path, body]: [Person, string, string, object?],
): Promise<Glance> => {
  const at = performance.now()
  const headers = {
    authorization: `Bearer ${who.token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  try {
    const response = await fetch(ground.url + path, {
      method,
      headers,
      signal: AbortSignal.timeout(15_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    await response.arrayBuffer()
    const problem = response.headers.get('content-type')?.includes('application/problem+json') ?? false
    return { at, until: performance.now(), owner, status: response.status, problem }
  } catch {
    // An answer that does not come is a failure like any other: it is judged with the rest.
    return { at, until: performance.now(), owner, status: null, problem: false }
  }
}

/** Asks every service a few times a second until told to stop. */
const watchServices = async (ground: Ground, sku: string): Promise<Watch> => {
  const asked = await questions(ground, sku)
  const glances: Glance[] = []
  let going = true
  const watch = async (owner: SchemaOwner): Promise<void> => {
    for (; going; await pause(lookMs)) glances.push(await glance(ground, owner, asked[owner]()))
  }
  const done = Promise.all(schemaOwners.map(watch))
  return {
    glances,
    stop: async () => {
      going = false
      await done
    },
  }
}

const isFine = ({ status }: Glance): boolean => status !== null && status < 300

/** Nothing but 2xx and 503 as a problem document. */
const expectOnly503 = (ground: Ground, glances: readonly Glance[]): void => {
  const odd = glances.filter((each) => !isFine(each) && !(each.status === 503 && each.problem))
  const [first] = odd
  ground.expect(odd.length === 0, `${odd.length} answers were neither well nor 503, the first: ${first?.owner} ${first?.status}`)
}

/** Waits until every service of them has answered well since `back`, and says how long the slowest took. */
const expectRecovery = async (ground: Ground, watch: Watch, owners: readonly SchemaOwner[], back: number): Promise<void> => {
  const missing = () =>
    owners.filter((owner) => !watch.glances.some((each) => each.owner === owner && each.at >= back && isFine(each)))
  for (const until = inSeconds(recoverSec); missing().length > 0 && performance.now() < until; ) await pause(50)
  ground.expect(missing().length === 0, `${missing().join(', ')} did not answer ${recoverSec} s after the database did`)
  const lastBad = Math.max(
    back,
    ...watch.glances.filter((each) => owners.includes(each.owner) && !isFine(each)).map(({ at }) => at),
  )
  ground.say(`after ${((lastBad - back) / 1000).toFixed(1)} s nobody was refused any more`)
}

/** While the database is gone whoever asks waits for it or is refused: a good answer would not come from it, and nothing would be proven. */
const expectAway = (ground: Ground, glances: readonly Glance[], [from, to]: readonly [number, number]): void => {
  const asked = glances.filter(({ at }) => at > from && at < to)
  const answered = asked.filter((each) => isFine(each) && each.until < to)
  ground.expect(asked.length > 0, 'nobody asked while the database was away: nothing was proven')
  ground.expect(answered.length === 0, `${answered.length} answers came while the database was away: nothing was proven`)
}

/** After the time that pools may take, nobody is refused. */
const expectSteady = (ground: Ground, glances: readonly Glance[], back: number): void => {
  const late = glances.filter((each) => each.at > back + recoverSec * 1000 && !isFine(each))
  ground.expect(late.length === 0, `${late.length} requests were refused more than ${recoverSec} s after the database was back`)
}

/** Shops in circles until told to stop. @returns how many orders were placed */
const load = (ground: Ground, people: number, sku: string) => {
  let going = true
  let placed = 0
  const one = async (number: number): Promise<void> => {
    for (let round = 1; going; round++) {
      const who = await aFullCart(ground, `load-${number}-${round}`, [{ sku, quantity: 1 }])
      await who.call('GET', '/v1/products?limit=5', {})
      if ((await orderCart(who)) !== null) placed += 1
      await delay(150)
    }
  }
  const done = Promise.all(numbers(people).map(one))
  return async (): Promise<number> => {
    going = false
    await done
    return placed
  }
}

export const mysqlRestart = (): Scenario => ({
  name: 'mysql-restart',
  about:
    'Under load the database is restarted, and later killed and started: 503 and nothing else meanwhile, and pools recover within 15 s.',
  ownDatabase: true,
  restSec: 120,
  play: async (ground) => {
    const { own } = ground.world.engines.mysql
    if (own === null) return ground.expect(false, 'this needs a database of its own')
    const [sku = ''] = await ground.goods({ stock: 5000 })
    const watch = await watchServices(ground, sku)
    const stop = load(ground, 6, sku)
    let away: readonly [number, number] = [0, 0]
    const kill = async () => {
      await own.kill()
      const from = performance.now()
      await delay(4000)
      away = [from, performance.now()]
    }
    const breaks: readonly [string, () => Promise<unknown>][] = [
      ['restarted', async () => undefined],
      ['killed, away for 4 s and started', kill],
    ]
    await delay(2000)
    for (const [name, go] of breaks) {
      ground.journal.fault(`the database is ${name}`)
      await go()
      await own.restart()
      const back = performance.now()
      ground.journal.fault('the database answers again')
      await expectRecovery(ground, watch, schemaOwners, back)
      const who = await aFullCart(ground, `after it was ${name}`, [{ sku, quantity: 1 }])
      ground.expect((await orderCart(who)) !== null, `nobody could order after the database was ${name}`)
      const tookSec = (performance.now() - back) / 1000
      ground.expect(tookSec < recoverSec, `the first order took ${tookSec.toFixed(1)} s`)
      await delay(Math.max(0, back + (recoverSec + 2) * 1000 - performance.now()))
      expectSteady(ground, watch.glances, back)
    }
    ground.say(`${await stop()} orders meanwhile`)
    await watch.stop()
    expectAway(ground, watch.glances, away)
    expectOnly503(ground, watch.glances)
    expectNoFailure(ground, [503])
  },
})

/** A checkout reads cart and catalog and writes order; nobody else is needed to take an order. */
const needed: ReadonlySet<SchemaOwner> = new Set(['cart', 'catalog', 'order'])

/** One service without its database, the others as ever. */
const cutOff = async (ground: Ground, watch: Watch, owner: SchemaOwner, sku: string, awaySec: number): Promise<void> => {
  const proxy = ground.world.engines.databaseProxies[owner]
  const who = await aFullCart(ground, `buyer without ${owner}`, [{ sku, quantity: 1 }])
  ground.journal.fault(`the database of ${owner} is away for ${awaySec} s`)
  const from = performance.now()
  proxy.refuse()
  await delay(500)
  const cart = await who.call<{ version: number; total: object }>('GET', '/v1/cart', { quiet: true })
  const key = randomUUID()
  const body = {
    cartVersion: cart.kind === 'answer' ? cart.body.version : 0,
    expectedTotal: cart.kind === 'answer' ? cart.body.total : {},
    shippingAddress: { name: 'Gia Guest', line1: '1 Test Street', city: 'Bremen', postalCode: '28195', country: 'DE' },
    email: who.email,
  }
  // The cart itself cannot be read without its database, unless Redis has it.
  const readable = cart.kind === 'answer' && cart.status === 200
  const answer = readable ? await who.call<{ id: string }>('POST', '/v1/checkout', { key, body, action: 'checkout' }) : null
  const status = answer?.kind === 'answer' ? answer.status : null
  const wanted = needed.has(owner) ? 503 : 201
  ground.expect(
    !readable || status === wanted,
    `without the database of ${owner} a checkout was answered ${status}, not ${wanted}`,
  )
  await delay(Math.max(0, from + awaySec * 1000 - performance.now()))
  proxy.resume()
  const back = performance.now()
  ground.journal.fault(`the database of ${owner} is back`)
  await expectRecovery(ground, watch, [owner], back)
  const during = watch.glances.filter((each) => each.at >= from && each.at < back)
  expectOnly503(ground, during)
  ground.expect(
    during.some((each) => each.owner === owner && each.status === 503),
    `${owner} did not say that its database is away`,
  )
  const touched = new Set(during.filter((each) => each.owner !== owner && !isFine(each)).map((each) => each.owner))
  ground.expect(touched.size === 0, `without the database of ${owner}, ${[...touched].join(', ')} refused too`)
  if (answer?.kind !== 'answer' || status !== 201) return
  ground.expect((await payUrl(who, answer.body.id, 60)) !== null, `${answer.body.id} got no payment page`)
}

export const oneDatabaseAway = (owners: readonly SchemaOwner[], awaySec: number): Scenario => ({
  name: 'one-database-away',
  about: `Each service in turn loses the way to its database for ${awaySec} s: its routes answer 503, the other services answer as ever.`,
  restSec: 120,
  play: async (ground) => {
    const [sku = ''] = await ground.goods({ stock: 100 })
    // Tokens are checked with keys that everybody has read before.
    await aGuest(ground.url, 'first', ground.journal)
    const watch = await watchServices(ground, sku)
    await delay(1500)
    for (const owner of owners) await cutOff(ground, watch, owner, sku, awaySec)
    await watch.stop()
    expectNoFailure(ground, [503])
  },
})

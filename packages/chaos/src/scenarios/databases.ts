// Database outages under load: the service without its database answers 503, the others are not affected, and pools recover.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type SchemaOwner, schemaOwners } from '@cartwright/contracts'
import { createGuest, readCart, type SimulatedUser, waitForPageUrl } from '../shoppers/simulated-user.ts'
import { deadlineIn, pause } from '../wait.ts'
import type { Fixture, Scenario } from './scenario.ts'
import { createGuestWithCart, expectNoFailure, numbers, orderCart } from './steps.ts'

/** Within this time a pool must work again. */
const recoverSec = 15
const probeEveryMs = 250

/** One answer of a service to a monitoring request. */
interface Probe {
  at: number
  /** When the answer arrived. */
  until: number
  owner: SchemaOwner
  status: number | null
  problem: boolean
}

interface ServiceMonitor {
  probes: readonly Probe[]
  stop(): Promise<void>
}

/** For each service a request that only its own database can answer, past every cache. */
const probeRequests = async (
  fixture: Fixture,
  sku: string,
): Promise<Record<SchemaOwner, () => [SimulatedUser, string, string, object?]>> => {
  const guest = await createGuestWithCart(fixture, 'watcher', [{ sku, quantity: 1 }])
  const { admin } = fixture
  return {
    identity: () => [admin, 'GET', '/v1/admin/users?limit=1'],
    catalog: () => [admin, 'GET', `/v1/admin/stock/${sku}`],
    cart: () => [guest, 'PATCH', '/v1/cart', { currency: 'EUR' }],
    order: () => [admin, 'GET', '/v1/admin/orders?limit=1'],
    payment: () => [admin, 'GET', '/v1/admin/payments?limit=1'],
    notification: () => [admin, 'GET', '/v1/admin/messages?limit=1'],
  }
}

const probe = async (
  fixture: Fixture,
  owner: SchemaOwner,
  [user, method, path, body]: [SimulatedUser, string, string, object?],
): Promise<Probe> => {
  const at = performance.now()
  const headers = {
    authorization: `Bearer ${user.token}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  try {
    const response = await fetch(fixture.url + path, {
      method,
      headers,
      signal: AbortSignal.timeout(15_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    await response.arrayBuffer()
    const problem = response.headers.get('content-type')?.includes('application/problem+json') ?? false
    return { at, until: performance.now(), owner, status: response.status, problem }
  } catch {
    // A lost answer counts as a failure; it is checked with the others.
    return { at, until: performance.now(), owner, status: null, problem: false }
  }
}

/** Sends a request to every service several times a second until it is stopped. */
const monitorServices = async (fixture: Fixture, sku: string): Promise<ServiceMonitor> => {
  const requests = await probeRequests(fixture, sku)
  const probes: Probe[] = []
  let going = true
  const monitor = async (owner: SchemaOwner): Promise<void> => {
    for (; going; await pause(probeEveryMs)) probes.push(await probe(fixture, owner, requests[owner]()))
  }
  const done = Promise.all(schemaOwners.map(monitor))
  return {
    probes,
    stop: async () => {
      going = false
      await done
    },
  }
}

const isFine = ({ status }: Probe): boolean => status !== null && status < 300

/** Expects only 2xx, and 503 as a problem document. */
const expectOnly503 = (fixture: Fixture, probes: readonly Probe[]): void => {
  const odd = probes.filter((each) => !isFine(each) && !(each.status === 503 && each.problem))
  const [first] = odd
  fixture.expect(odd.length === 0, `${odd.length} answers were neither 2xx nor 503, the first: ${first?.owner} ${first?.status}`)
}

/** Waits until each of the services has answered successfully since `back`, and prints how long the slowest took. */
const expectRecovery = async (
  fixture: Fixture,
  monitor: ServiceMonitor,
  owners: readonly SchemaOwner[],
  back: number,
): Promise<void> => {
  const missing = () =>
    owners.filter((owner) => !monitor.probes.some((each) => each.owner === owner && each.at >= back && isFine(each)))
  for (const until = deadlineIn(recoverSec); missing().length > 0 && performance.now() < until; ) await pause(50)
  fixture.expect(missing().length === 0, `${missing().join(', ')} did not answer ${recoverSec} s after the database did`)
  const lastBad = Math.max(
    back,
    ...monitor.probes.filter((each) => owners.includes(each.owner) && !isFine(each)).map(({ at }) => at),
  )
  fixture.print(`after ${((lastBad - back) / 1000).toFixed(1)} s no request was refused any more`)
}

/** While the database is away no request may succeed: a successful answer would show that the outage was not real. */
const expectNoAnswerWhileAway = (fixture: Fixture, probes: readonly Probe[], [from, to]: readonly [number, number]): void => {
  const requests = probes.filter(({ at }) => at > from && at < to)
  const answered = requests.filter((each) => isFine(each) && each.until < to)
  fixture.expect(requests.length > 0, 'no request was sent while the database was away: the outage was not tested')
  fixture.expect(
    answered.length === 0,
    `${answered.length} requests succeeded while the database was away: the outage was not real`,
  )
}

/** Expects no refusal after the time that pools may take. */
const expectNoLateRefusal = (fixture: Fixture, probes: readonly Probe[], back: number): void => {
  const late = probes.filter((each) => each.at > back + recoverSec * 1000 && !isFine(each))
  fixture.expect(late.length === 0, `${late.length} requests were refused more than ${recoverSec} s after the database was back`)
}

/** Places orders in a loop until it is stopped. @returns a function that stops it and returns the number of orders */
const startLoad = (fixture: Fixture, users: number, sku: string) => {
  let going = true
  let placed = 0
  const one = async (number: number): Promise<void> => {
    for (let round = 1; going; round++) {
      const user = await createGuestWithCart(fixture, `load-${number}-${round}`, [{ sku, quantity: 1 }])
      await user.call('GET', '/v1/products?limit=5', {})
      if ((await orderCart(user)) !== null) placed += 1
      await delay(150)
    }
  }
  const done = Promise.all(numbers(users).map(one))
  return async (): Promise<number> => {
    going = false
    await done
    return placed
  }
}

export const mysqlRestart = (): Scenario => ({
  name: 'mysql-restart',
  about: 'Under load the database is restarted, and later killed and started: only 503 meanwhile, and pools recover within 15 s.',
  ownDatabase: true,
  restSec: 120,
  play: async (fixture) => {
    const { own } = fixture.shop.engines.mysql
    if (own === null) return fixture.expect(false, 'this scenario needs a database that the harness has started')
    const [sku = ''] = await fixture.createProducts({ stock: 5000 })
    const monitor = await monitorServices(fixture, sku)
    const stop = startLoad(fixture, 6, sku)
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
      fixture.journal.fault(`the database is ${name}`)
      await go()
      await own.restart()
      const back = performance.now()
      fixture.journal.fault('the database answers again')
      await expectRecovery(fixture, monitor, schemaOwners, back)
      const user = await createGuestWithCart(fixture, `after it was ${name}`, [{ sku, quantity: 1 }])
      fixture.expect((await orderCart(user)) !== null, `no order could be placed after the database was ${name}`)
      const tookSec = (performance.now() - back) / 1000
      fixture.expect(tookSec < recoverSec, `the first order took ${tookSec.toFixed(1)} s`)
      await delay(Math.max(0, back + (recoverSec + 2) * 1000 - performance.now()))
      expectNoLateRefusal(fixture, monitor.probes, back)
    }
    fixture.print(`${await stop()} orders were placed meanwhile`)
    await monitor.stop()
    expectNoAnswerWhileAway(fixture, monitor.probes, away)
    expectOnly503(fixture, monitor.probes)
    expectNoFailure(fixture, [503])
  },
})

/** A checkout reads cart and catalog and writes order; it needs no other database. */
const neededByCheckout: ReadonlySet<SchemaOwner> = new Set(['cart', 'catalog', 'order'])

/** Takes the database from one service, and checks this service and the others. */
const playWithoutDatabase = async (
  fixture: Fixture,
  monitor: ServiceMonitor,
  owner: SchemaOwner,
  sku: string,
  awaySec: number,
): Promise<void> => {
  const proxy = fixture.shop.engines.databaseProxies[owner]
  const user = await createGuestWithCart(fixture, `buyer without ${owner}`, [{ sku, quantity: 1 }])
  await readCart(user)
  fixture.journal.fault(`the database of ${owner} is away for ${awaySec} s`)
  const from = performance.now()
  proxy.refuse()
  await delay(500)
  const cart = await user.call<{ version: number; total: object }>('GET', '/v1/cart', { quiet: true })
  const key = randomUUID()
  const body = {
    cartVersion: cart.kind === 'answer' ? cart.body.version : 0,
    expectedTotal: cart.kind === 'answer' ? cart.body.total : {},
    shippingAddress: { name: 'Gia Guest', line1: '1 Test Street', city: 'Bremen', postalCode: '28195', country: 'DE' },
    email: user.email,
  }
  // Without its database the cart can be read only when Redis has a copy.
  const readable = cart.kind === 'answer' && cart.status === 200
  const answer = readable ? await user.call<{ id: string }>('POST', '/v1/checkout', { key, body, action: 'checkout' }) : null
  const status = answer?.kind === 'answer' ? answer.status : null
  const wanted = neededByCheckout.has(owner) ? 503 : 201
  fixture.expect(
    !readable || status === wanted,
    `without the database of ${owner} a checkout was answered ${status}, not ${wanted}`,
  )
  await delay(Math.max(0, from + awaySec * 1000 - performance.now()))
  proxy.resume()
  const back = performance.now()
  fixture.journal.fault(`the database of ${owner} is back`)
  await expectRecovery(fixture, monitor, [owner], back)
  const during = monitor.probes.filter((each) => each.at >= from && each.at < back)
  expectOnly503(fixture, during)
  fixture.expect(
    during.some((each) => each.owner === owner && each.status === 503),
    `${owner} did not answer 503 while its database was away`,
  )
  const affected = new Set(during.filter((each) => each.owner !== owner && !isFine(each)).map((each) => each.owner))
  fixture.expect(affected.size === 0, `without the database of ${owner}, ${[...affected].join(', ')} refused requests too`)
  if (answer?.kind !== 'answer' || status !== 201) return
  fixture.expect((await waitForPageUrl(user, answer.body.id, 60)) !== null, `${answer.body.id} got no payment page`)
}

export const oneDatabaseAway = (owners: readonly SchemaOwner[], awaySec: number): Scenario => ({
  name: 'one-database-away',
  about: `Each service in turn loses the way to its database for ${awaySec} s: its routes answer 503, the other services are not affected.`,
  restSec: 120,
  play: async (fixture) => {
    const [sku = ''] = await fixture.createProducts({ stock: 100 })
    // The first guest makes every service load the keys that tokens are verified with.
    await createGuest(fixture.url, 'first', fixture.journal)
    const monitor = await monitorServices(fixture, sku)
    await delay(1500)
    for (const owner of owners) await playWithoutDatabase(fixture, monitor, owner, sku, awaySec)
    await monitor.stop()
    expectNoFailure(fixture, [503])
  },
})

// Reserve throughput: requests for stock are published to order's outbox all at once, and catalog's stock tells when it holds them.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type DataOf, orderEvents } from '@cartwright/contracts'
import { type Database, openDatabase } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { type UserClient, userClient } from './client.ts'
import { signIn, skuOf } from './fill-catalog.ts'
import { expectStatus } from './scenarios.ts'

export const reserveName = 'reserve on one hot SKU'

/** Requests for one piece each that waited to be served. */
export interface Burst {
  skus: number
  requests: number
  /** Reservations per second, from the first that catalog held to the last. */
  perSec: number
}

export interface Place {
  gateway: string
  /** Order's own schema. */
  orderUrl: string
}

const lookEveryMs = 20
const limitMs = 180_000
const batch = 250
const holdMs = 3_600_000

type Request = DataOf<typeof orderEvents.stockRequested>

/** One transaction per so many events, as nothing of the shop publishes more at once. */
const inBatches = async <T>(items: readonly T[], work: (some: readonly T[]) => Promise<void>): Promise<void> => {
  for (let at = 0; at < items.length; at += batch) await work(items.slice(at, at + batch))
}

const ask = (db: Database, requests: readonly Request[]): Promise<void> =>
  db.tx(async (tx) => {
    for (const request of requests) await publish(tx, orderEvents.stockRequested, request)
  })

const giveBack = (db: Database, requests: readonly Request[]): Promise<void> =>
  db.tx(async (tx) => {
    for (const { orderId, reservationId } of requests)
      await publish(tx, orderEvents.stockReleaseRequested, { orderId, reservationId, reason: 'benchmark' })
  })

/** Of orders that nobody placed: their answers mean nothing to order's saga, which does not know them. */
const requestsFor = (count: number, skus: readonly string[]): Request[] =>
  Array.from({ length: count }, (_, index) => {
    const suffix = randomBytes(10).toString('hex')
    return {
      orderId: `ord_${suffix}`,
      reservationId: `res_${suffix}`,
      lines: [{ sku: skus[index % skus.length] ?? '', quantity: 1 }],
      holdUntil: new Date(Date.now() + holdMs).toISOString(),
    }
  })

/** Pieces that catalog holds for orders, of all these SKUs. */
const reserved = async (client: UserClient, token: string, skus: readonly string[]): Promise<number> => {
  let sum = 0
  for (const sku of skus) sum += expectStatus(await client.call('GET', `/v1/admin/stock/${sku}`, { token }), 200).json().reserved
  return sum
}

interface Seen {
  held: number
  at: number
}

/** Looks until `enough`. @returns what was seen last */
const until = async (look: () => Promise<number>, enough: (held: number) => boolean): Promise<Seen> => {
  const end = performance.now() + limitMs
  while (performance.now() < end) {
    const held = await look()
    if (enough(held)) return { held, at: performance.now() }
    await delay(lookEveryMs)
  }
  throw new Error('the reservations did not come to an end in time')
}

/** Asks for `count` pieces, spread evenly over `skus` SKUs. Afterwards all of it is given back. */
export const reserveBurst = async (place: Place, { count, skus }: { count: number; skus: number }): Promise<Burst> => {
  const client = userClient(place.gateway)
  const db = await openDatabase({ url: place.orderUrl, poolSize: 1 })
  try {
    const token = await signIn(client, 'admin@example.com')
    const wanted = Array.from({ length: skus }, (_, index) => skuOf(index, 0))
    const before = await reserved(client, token, wanted)
    const held = async () => (await reserved(client, token, wanted)) - before
    const requests = requestsFor(count, wanted)
    const watching = async () => ({ first: await until(held, (now) => now > 0), last: await until(held, (now) => now >= count) })
    const [{ first, last }] = await Promise.all([watching(), inBatches(requests, (some) => ask(db, some))])
    await inBatches(requests, (some) => giveBack(db, some))
    await until(held, (now) => now <= 0)
    return { skus, requests: count, perSec: (last.held - first.held) / ((last.at - first.at) / 1000) }
  } finally {
    await db.close()
    await client.close()
  }
}

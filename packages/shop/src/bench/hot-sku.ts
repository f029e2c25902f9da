// Throughput of reservations: publishes stock requests to order's outbox and polls catalog until it has reserved all of them.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type DataOf, orderEvents } from '@cartwright/contracts'
import { type Database, openDatabase } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { type UserClient, userClient } from './client.ts'
import { signIn, skuOf } from './fill-catalog.ts'
import { expectStatus } from './scenarios.ts'

export const reserveName = 'reserve on one hot SKU'

/** Result of a burst of requests for one piece each. */
export interface Burst {
  skus: number
  requests: number
  /** Reservations per second, between catalog's first and last reservation. */
  perSec: number
}

interface BurstTarget {
  gateway: string
  /** Address of order's schema. */
  orderUrl: string
}

const pollMs = 20
const limitMs = 180_000
const batch = 250
const holdMs = 3_600_000

type Request = DataOf<typeof orderEvents.stockRequested>

/** Runs `work` on batches, because no transaction of the shop publishes more events than that at once. */
const inBatches = async <T>(items: readonly T[], work: (some: readonly T[]) => Promise<void>): Promise<void> => {
  for (let at = 0; at < items.length; at += batch) await work(items.slice(at, at + batch))
}

const publishRequests = (db: Database, requests: readonly Request[]): Promise<void> =>
  db.tx(async (tx) => {
    for (const request of requests) await publish(tx, orderEvents.stockRequested, request)
  })

const publishReleases = (db: Database, requests: readonly Request[]): Promise<void> =>
  db.tx(async (tx) => {
    for (const { orderId, reservationId } of requests)
      await publish(tx, orderEvents.stockReleaseRequested, { orderId, reservationId, reason: 'benchmark' })
  })

/** Stock requests of orders that do not exist: order's saga ignores the outcomes. */
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

/** Pieces of these SKUs that catalog has reserved. */
const reserved = async (client: UserClient, token: string, skus: readonly string[]): Promise<number> => {
  let sum = 0
  for (const sku of skus) sum += expectStatus(await client.call('GET', `/v1/admin/stock/${sku}`, { token }), 200).json().reserved
  return sum
}

interface Sample {
  held: number
  at: number
}

/** Polls `read` until `isEnough`. @returns the last sample */
const until = async (read: () => Promise<number>, isEnough: (held: number) => boolean): Promise<Sample> => {
  const end = performance.now() + limitMs
  while (performance.now() < end) {
    const held = await read()
    if (isEnough(held)) return { held, at: performance.now() }
    await delay(pollMs)
  }
  throw new Error(`catalog did not process the reservations within ${limitMs} ms`)
}

/** Requests `count` pieces, spread evenly over `skus` SKUs, and releases them afterwards. */
export const reserveBurst = async (target: BurstTarget, { count, skus }: { count: number; skus: number }): Promise<Burst> => {
  const client = userClient(target.gateway)
  const db = await openDatabase({ url: target.orderUrl, poolSize: 1 })
  try {
    const token = await signIn(client, 'admin@example.com')
    const wanted = Array.from({ length: skus }, (_, index) => skuOf(index, 0))
    const before = await reserved(client, token, wanted)
    const held = async () => (await reserved(client, token, wanted)) - before
    const requests = requestsFor(count, wanted)
    const watching = async () => ({ first: await until(held, (now) => now > 0), last: await until(held, (now) => now >= count) })
    const [{ first, last }] = await Promise.all([watching(), inBatches(requests, (some) => publishRequests(db, some))])
    await inBatches(requests, (some) => publishReleases(db, some))
    await until(held, (now) => now <= 0)
    return { skus, requests: count, perSec: (last.held - first.held) / ((last.at - first.at) / 1000) }
  } finally {
    await db.close()
    await client.close()
  }
}

// Steps that scenarios share: guests with carts, orders with a payment page, waits, and checks of the clients' answers.
import { randomUUID } from 'node:crypto'
import type { Order } from '@cartwright/contracts'
import {
  type CheckoutAnswer,
  checkoutBody,
  createGuest,
  orderIn,
  readCart,
  type SimulatedUser,
  waitForPageUrl,
} from '../shoppers/simulated-user.ts'
import { deadlineIn, pause, waitUntil } from '../wait.ts'
import type { Fixture } from './scenario.ts'

/** Processes a list with limited concurrency. */
export const forEachConcurrently = async <T>(
  items: readonly T[],
  maxConcurrent: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> => {
  const queue = items.map((item, index) => ({ item, index }))
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next.item, next.index)
  }
  await Promise.all(Array.from({ length: Math.min(maxConcurrent, items.length) }, worker))
}

/** 1 to `count`. */
export const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1)

export const createGuestWithCart = async (
  fixture: Pick<Fixture, 'url' | 'journal'>,
  actor: string,
  lines: readonly { sku: string; quantity: number }[],
): Promise<SimulatedUser> => {
  const user = await createGuest(fixture.url, actor, fixture.journal)
  for (const { sku, quantity } of lines)
    await user.callWithRetry('POST', '/v1/cart/lines', { body: { sku, quantity }, action: `add ${quantity} of ${sku}` })
  return user
}

/** Longer than a checkout may wait in order's admission queue. */
const queueTimeoutMs = 65_000

/** Orders what is in the cart, and waits through order's admission queue. @returns the order's id, or null */
export const orderCart = async (user: SimulatedUser): Promise<string | null> => {
  const cart = await readCart(user)
  if (cart === null || cart.lines.length === 0) return null
  const answer: CheckoutAnswer = await user.callWithRetry('POST', '/v1/checkout', {
    key: randomUUID(),
    body: checkoutBody(user, cart),
    action: 'checkout',
    timeoutMs: queueTimeoutMs,
  })
  return orderIn(answer)
}

export interface OrderWithPage {
  user: SimulatedUser
  orderId: string
  /** Address of the payment page. */
  url: string
}

/** @throws Error when the order gets no payment page */
export const placeOrderWithPage = async (
  fixture: Pick<Fixture, 'url' | 'journal'>,
  actor: string,
  sku: string,
  quantity = 1,
): Promise<OrderWithPage> => {
  const user = await createGuestWithCart(fixture, actor, [{ sku, quantity }])
  const orderId = await orderCart(user)
  const url = orderId === null ? null : await waitForPageUrl(user, orderId, 90)
  if (orderId === null || url === null) throw new Error(`${actor} got no payment page`)
  return { user, orderId, url }
}

const readOrder = async (user: SimulatedUser, orderId: string): Promise<Order | null> => {
  const answer = await user.callWithRetry<Order>('GET', `/v1/orders/${orderId}`, { quiet: true })
  return answer.kind === 'answer' && answer.status === 200 ? answer.body : null
}

/** Waits until a condition holds for the order. @returns the order as it was read last */
export const waitForOrder = async (
  user: SimulatedUser,
  orderId: string,
  holds: (order: Order) => boolean,
  seconds = 60,
): Promise<Order | null> => {
  const until = deadlineIn(seconds)
  for (;;) {
    const order = await readOrder(user, orderId)
    if ((order !== null && holds(order)) || performance.now() > until) return order
    await pause(250)
  }
}

/** Waits until no saga of the run waits for stock or for a payment page. */
export const waitUntilDecided = async (fixture: Fixture, seconds: number): Promise<void> => {
  const { query, table } = fixture.shop
  const isDecided = async (): Promise<boolean> => {
    const [row] = await query<{ open: number }>(
      `SELECT COUNT(*) AS open
       FROM ${table('order', 'saga_instance')}
       WHERE state IN ('reserving', 'opening', 'committing') AND started_at >= ?`,
      [fixture.scope.since],
    )
    return row?.open === 0
  }
  fixture.expect(
    await waitUntil(isDecided, seconds, 300),
    `some orders were still waiting for stock or for a payment page after ${seconds} s`,
  )
}

/** Expects that no answer of the run is lost or a server error. @param except server errors that are allowed */
export const expectNoFailure = (fixture: Fixture, except: readonly number[] = []): void => {
  const failed = fixture.journal
    .operations()
    .filter((operation) => operation.status === null || (operation.status >= 500 && !except.includes(operation.status)))
  const [first] = failed
  fixture.expect(
    failed.length === 0,
    `${failed.length} requests failed, the first: ${first?.actor} ${first?.action} → ${first?.status ?? `lost (${first?.detail})`}`,
  )
}

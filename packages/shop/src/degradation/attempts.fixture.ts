// Attempts of the degradation matrix: each performs one action on a running shop and names its outcome.
import { randomUUID } from 'node:crypto'
import { eventually } from '@cartwright/testing'
import { expect } from 'vitest'
import type { Shopper } from '../test-shop/shopper.ts'
import { signedIn } from '../test-shop/shopper.ts'
import type { TestShop } from '../test-shop/test-shop.ts'
import { type Action, actionNames, type Outcome } from './matrix.ts'

/** What is prepared while everything works. */
export interface Prepared {
  shop: TestShop
  sku: string
  guest: Shopper
  /** The order that the guest has placed last. */
  orderId: string
  /** Address to which the last mail was sent, or will be; null while no mail was accepted. */
  mailAddress: string | null
}

export const prepare = async (shop: TestShop, name: string): Promise<Prepared> => {
  const sku = `MUG-${name.toUpperCase()}`
  await shop.admin.stockUp({ sku, stock: 20, name: `Stoneware mug ${name}` })
  await shop.idle()
  const guest = await shop.guest()
  const { id: orderId } = await guest.placeOrder(sku, 1)
  await guest.payUrl(orderId)
  await shop.idle()
  return { shop, sku, guest, orderId, mailAddress: null }
}

/** @throws AssertionError for an answer that is neither the expected one nor an orderly 503 */
const outcomeOf = (answer: { status: number; headers: Headers; body: { code?: string } }, success: number): Outcome => {
  if (answer.status === success) return 'works'
  expect(answer).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  return 'unavailable'
}

const checkOut = async (prepared: Prepared): Promise<Outcome> => {
  const { guest } = prepared
  const cart = await guest.client.get('/v1/cart')
  if (cart.status !== 200) return outcomeOf(cart, 200)
  const { version: cartVersion, total: expectedTotal } = cart.body
  const placed = await guest.checkout({ cartVersion, expectedTotal })
  if (placed.status === 201) prepared.orderId = placed.body.id
  return outcomeOf(placed, 201)
}

const openPaymentPage = async ({ guest, orderId }: Prepared): Promise<Outcome> => {
  const view = await guest.client.get(`/v1/orders/${orderId}/payment?known=preparing&waitSec=2`)
  return view.status === 200 && view.body.url === null ? 'later' : outcomeOf(view, 200)
}

const receiveMail = async (prepared: Prepared): Promise<Outcome> => {
  const { shop, guest } = prepared
  const email = `${randomUUID()}@example.net`
  const asked = await guest.client.post(
    '/v1/auth/register',
    { email, password: 'correct-horse-9', name: 'Nora New' },
    { key: null },
  )
  if (asked.status !== 202) return outcomeOf(asked, 202)
  prepared.mailAddress = email
  // A shop without its broker can stay busy all the time: a send that waits for the broker is work.
  await shop.idle().catch((error: Error) => (/are still busy/.test(error.message) ? undefined : Promise.reject(error)))
  return shop.mailsTo(email).length > 0 ? 'works' : 'later'
}

const attempts: Readonly<Record<Action, (prepared: Prepared) => Promise<Outcome>>> = {
  browse: async ({ guest, sku }) => outcomeOf(await guest.client.get(`/v1/products?limit=${sku.length}`), 200),
  search: async ({ guest }) => {
    const found = await guest.client.get('/v1/search?q=stoneware')
    return found.status === 200 && found.body.degraded ? 'degraded' : outcomeOf(found, 200)
  },
  signIn: async ({ shop }) => {
    const signIn = signedIn(shop.url, 'bob@example.com', 'cartwright-demo', () => shop.clock.now())
    return signIn.then(
      () => 'works',
      (error: Error) => (/answered 503: .*upstream_unavailable/.test(error.message) ? 'unavailable' : Promise.reject(error)),
    )
  },
  fillCart: async ({ guest, sku }) => outcomeOf(await guest.client.post('/v1/cart/lines', { sku, quantity: 1 }), 200),
  checkOut,
  openPaymentPage,
  readOrder: async ({ guest, orderId }) => outcomeOf(await guest.client.get(`/v1/orders/${orderId}`), 200),
  receiveMail,
  adjustStock: async ({ shop, sku }) =>
    outcomeOf(await shop.admin.client.post(`/v1/admin/stock/${sku}/adjustments`, { delta: 1, reason: 'found' }), 201),
}

/** Actions that follow each other: each uses what the one before has made. */
const purchase: readonly Action[] = ['fillCart', 'checkOut', 'openPaymentPage', 'readOrder']

const inTurn = async (prepared: Prepared, names: readonly Action[]): Promise<[Action, Outcome][]> => {
  const seen: [Action, Outcome][] = []
  for (const name of names) seen.push([name, await attempts[name](prepared)])
  return seen
}

/** Performs every action, those that do not depend on each other side by side. */
export const attemptAll = async (prepared: Prepared): Promise<Record<Action, Outcome>> => {
  const others = actionNames.filter((name) => !purchase.includes(name)).map((name) => inTurn(prepared, [name]))
  const seen = await Promise.all([inTurn(prepared, purchase), ...others])
  return Object.fromEntries(seen.flat()) as Record<Action, Outcome>
}

/** Whether every action works, for a new guest: one guest may have few unpaid orders. */
export const worksEntirely = async (prepared: Prepared): Promise<boolean> => {
  const outcomes = await attemptAll({ ...prepared, guest: await prepared.shop.guest() })
  return Object.values(outcomes).every((outcome) => outcome === 'works')
}

const mailArrivesOnce = async (shop: TestShop, address: string): Promise<void> => {
  await eventually(
    'the mail arrives',
    async () => {
      // A failed delivery is repeated after a backoff.
      await shop.advance('10s')
      return shop.mailsTo(address).length > 0
    },
    30_000,
  )
  expect(shop.mailsTo(address)).toHaveLength(1)
}

/** Resolves when what was accepted during the outage is done: the order's payment page and the mail, once. */
export const lateWorkIsDone = async ({ shop, guest, orderId, mailAddress }: Prepared): Promise<void> => {
  if (mailAddress !== null) await mailArrivesOnce(shop, mailAddress)
  expect((await guest.pay(orderId)).status).toBe(303)
  await shop.idle()
  expect(await guest.order(orderId)).toMatchObject({ status: 'processing', paymentStatus: 'paid' })
}

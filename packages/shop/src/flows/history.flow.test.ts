// Orders of the development shop: in every state, at times of the last four weeks, alike in two shops, and resumed without repetition.
import { setTimeout as delay } from 'node:timers/promises'
import type { AdminOrder } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHistoryShop, violationsOf } from '../history/history-shop.fixture.ts'
import { isFinished, newProgress, type Progress } from '../history/progress.ts'
import { operator } from '../test-shop/operator.ts'
import { signedIn } from '../test-shop/shopper.ts'

const minutes = 60_000
const limitMs = 300_000
let shop: Awaited<ReturnType<typeof openHistoryShop>>
let played: Progress

/** The lines that only one of two dumps has, as often as it has more of them. */
const differences = (a: readonly string[], b: readonly string[]): string[] => {
  const counts = new Map<string, number>()
  for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1)
  for (const line of b) counts.set(line, (counts.get(line) ?? 0) - 1)
  return [...counts].filter(([, count]) => count !== 0).map(([line, count]) => `${count} ${line}`)
}

beforeAll(async () => {
  shop = await openHistoryShop()
  played = await shop.play(newProgress())
}, limitMs)
afterAll(() => shop?.[Symbol.asyncDispose]())

describe('the history of the development shop', () => {
  test('has orders in every state, whose times lie in the last four weeks and in the order of events', async () => {
    expect(isFinished(played)).toBe(true)
    const running = await shop.start()
    await using _ = { [Symbol.asyncDispose]: () => running.stop() }
    const admin = await operator(running.url)
    const orders: Record<string, AdminOrder> = Object.fromEntries(
      await Promise.all(
        Object.entries(played.orders).map(async ([name, id]) => [name, (await admin.client.get(`/v1/admin/orders/${id}`)).body]),
      ),
    )
    const stateOf = ({ status, paymentStatus, fulfilmentStatus, refundStatus }: AdminOrder) =>
      [status, paymentStatus, fulfilmentStatus, refundStatus].join(' ')
    expect(Object.fromEntries(Object.entries(orders).map(([name, order]) => [name, stateOf(order)]))).toEqual({
      returned: 'delivered paid delivered partial',
      delivered: 'delivered paid delivered none',
      'cancelled-unpaid': 'cancelled cancelled none none',
      'cancelled-refunded': 'cancelled paid none full',
      disputed: 'processing disputed none none',
      'return-requested': 'delivered paid delivered none',
      expired: 'cancelled expired none none',
      shipped: 'shipped paid shipped none',
      'partly-shipped': 'processing paid partial none',
      processing: 'processing paid none none',
      pending: 'pending awaiting none none',
    })
    expect(orders.processing).toMatchObject({
      taxIncluded: false,
      shipping: { amountMinor: 995, currency: 'USD' },
      taxes: [{ name: 'California sales tax', rate: 7.25 }],
    })
    expect(orders.delivered).toMatchObject({
      taxIncluded: true,
      shipping: { amountMinor: 1290, currency: 'EUR' },
      taxes: [{ name: 'VAT', rate: 19 }],
      discount: { amountMinor: 1200, currency: 'EUR' },
    })
    const promotionsOf = (name: string) =>
      orders[name]?.lines.flatMap(({ discounts }) => discounts.map((discount) => discount.code ?? discount.name))
    expect(promotionsOf('delivered')).toEqual(['WELCOME10', 'WELCOME10'])
    expect(promotionsOf('shipped')).toContain('Paper: three for two')
    expect(orders.disputed?.taxes).toEqual([])
    const age = (at: string) => (Date.parse(played.endsAt) - Date.parse(at)) / minutes
    for (const { history, createdAt } of Object.values(orders)) {
      expect(age(createdAt)).toBeLessThan(27 * 24 * 60 + 1)
      expect(age(history.at(-1)?.at ?? '')).toBeGreaterThan(0)
      expect(history.map(({ at }) => at)).toEqual(history.map(({ at }) => at).toSorted())
    }
    expect(Math.round(age(orders.delivered?.createdAt ?? '') / 1440)).toBe(19)
    expect((await admin.client.get('/v1/admin/returns')).body.items.map(({ state }: { state: string }) => state)).toEqual([
      'requested',
      'refunded',
    ])
  })

  test('can be gone on with: the pending order is paid at the present time, and no invariant is violated', async () => {
    const running = await shop.start()
    await using _ = { [Symbol.asyncDispose]: () => running.stop() }
    const alice = await signedIn(running.url, 'alice@example.com', 'cartwright-demo')
    const id = played.orders.pending ?? ''
    const { state } = await alice.payment(id)
    if (state === 'open') expect((await alice.pay(id)).status).toBe(303)
    // On a slow machine the payment page has expired since.
    else expect(state).toBe('expired')
    await delay(2500)
    await running.idle()
    expect((await alice.order(id)).status).toBe(state === 'open' ? 'processing' : 'cancelled')
    expect(await violationsOf(running)).toEqual([])
  })

  test('wrote the mails that customers and operators get, in their languages', () => {
    const subjects = shop.mails().map(({ to, subject }) => `${to} ${subject.replace(/CW-\w{4}-\w{4}/, 'CW-#')}`)
    expect(subjects).toContain('clara@example.com Ihre Bestellung CW-# ist bestätigt')
    expect(subjects).toContain('alice@example.com Order CW-# is confirmed')
  })

  test('is the same in another shop', { timeout: limitMs }, async () => {
    await using first = await openHistoryShop()
    const one = await first.play(newProgress())
    await using second = await openHistoryShop()
    const two = await second.play(newProgress())
    const dump = await first.dump(one)
    expect(dump.length).toBeGreaterThan(5000)
    expect(differences(await second.dump(two), dump)).toEqual([])
  })

  test('goes on where it was interrupted, and repeats no order, payment, shipment or refund', { timeout: limitMs }, async () => {
    await using whole = await openHistoryShop()
    const expected = await whole.play(newProgress())
    await using broken = await openHistoryShop()
    let progress = newProgress()
    for (let parts = 0; !isFinished(progress); parts++) {
      const next = await broken.play(progress, 13)
      // The last step is repeated, as after a crash before its progress was written.
      progress = isFinished(next) || parts > 9 ? next : { ...next, done: next.done - 1 }
    }
    const business =
      /^(order\.(customer_order|order_history|shipment|refund|invoice|order_return) |payment\.payment|catalog\.stock)/
    expect(differences(await broken.dump(progress, business), await whole.dump(expected, business))).toEqual([])
  })
})

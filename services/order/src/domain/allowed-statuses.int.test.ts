// `allowed` and `actions` are the truth: whatever an order went through, what they list is accepted and everything else is refused.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../fixtures.ts'

let o: OrderUnderTest
beforeAll(async () => {
  o = await startOrder()
})
afterAll(() => o?.stop())

type Order = Awaited<ReturnType<OrderUnderTest['anOrderIn']>>

const act = (id: string, action: string, body: object = {}) => o.t.as(admin).post(`/v1/admin/orders/${id}/${action}`, body)
const parcel = { carrier: 'Post', trackingNumber: 'T-1' }

/** What may happen to an order, in any order; what it does not take changes nothing. */
const steps = {
  reserved: (order: Order) => order.reserved(),
  rejected: (order: Order) => order.rejected('reserve'),
  opened: (order: Order) => order.opened(),
  succeeded: (order: Order) => order.succeeded(),
  reviewed: (order: Order) => order.reviewed(100),
  committed: (order: Order) => order.committed(),
  commitRejected: (order: Order) => order.rejected('commit'),
  failed: (order: Order) => order.failed(),
  expired: (order: Order) => order.expired(),
  lapsed: (order: Order) => order.lapsed(),
  disputed: (order: Order) => order.disputed(),
  won: (order: Order) => order.disputeClosed('won'),
  lost: (order: Order) => order.disputeClosed('lost'),
  cancel: (order: Order) => order.cancel(),
  shipPart: ({ id, item }: Order) => act(id, 'ship', { ...parcel, lines: [{ sku: item.sku, quantity: 1 }] }),
  ship: ({ id }: Order) => act(id, 'ship', parcel),
  deliver: ({ id }: Order) => act(id, 'deliver'),
  refund: ({ id }: Order) => act(id, 'refunds', { reason: 'sorry', amount: { amountMinor: 100, currency: 'EUR' } }),
}
type Step = keyof typeof steps

const calls = {
  shipped: (order: Order) => steps.ship(order),
  delivered: (order: Order) => steps.deliver(order),
  cancelled: ({ id }: Order) => act(id, 'cancel', { reason: 'tried' }),
}
const sagaCalls = {
  retry: ({ id }: Order) => o.t.as(admin).post(`/v1/admin/sagas/${id}/retry`, {}),
  compensate: ({ id }: Order) => o.t.as(admin).post(`/v1/admin/sagas/${id}/compensate`, { reason: 'tried' }),
}

const after = async (walk: readonly Step[]): Promise<Order> => {
  const order = await o.anOrderIn('reserving')
  for (const step of walk) {
    await steps[step](order)
    await o.t.idle()
  }
  return order
}

/** Tries each call on an order of its own that went the same way. */
const judge = async (walk: readonly Step[]) => {
  const accepted: string[] = []
  const named: string[][] = []
  let status = ''
  for (const [target, call] of Object.entries(calls)) {
    const order = await after(walk)
    status = (await order.read()).status
    const answer = await call(order)
    // A cancelled order takes a second cancellation and does nothing: that is no change of status.
    if (answer.status < 300 && status !== target) accepted.push(target)
    if (answer.status >= 300) {
      expect(answer.status).toBe(409)
      expect(['order_state', 'order_disputed']).toContain(answer.body.code)
      named.push(answer.body.allowed)
    }
  }
  return { status, accepted, named }
}

const usual: readonly Step[] = ['reserved', 'opened', 'succeeded', 'committed']

describe('allowed', () => {
  test.each<[string, readonly Step[], string[]]>([
    ['while it is paid', ['reserved', 'opened'], ['cancelled']],
    ['while its cancellation waits', ['reserved', 'opened', 'cancel'], ['cancelled']],
    ['while the shop looks at a wrong amount', ['reserved', 'opened', 'reviewed'], ['cancelled']],
    ['in processing', usual, ['shipped', 'cancelled']],
    ['after a partial shipment', [...usual, 'shipPart'], ['shipped']],
    ['while its payment is disputed', [...usual, 'disputed'], ['cancelled']],
    ['after a partial shipment while its payment is disputed', [...usual, 'shipPart', 'disputed'], []],
    ['after a dispute that was won', [...usual, 'disputed', 'won'], ['shipped', 'cancelled']],
    ['after a dispute that was lost', [...usual, 'disputed', 'lost'], ['cancelled']],
    ['when it is shipped', [...usual, 'ship'], ['delivered']],
    ['when it is shipped and disputed', [...usual, 'ship', 'disputed'], ['delivered']],
    ['when it is delivered', [...usual, 'ship', 'deliver'], []],
    ['when it was cancelled before it was paid', ['rejected'], []],
    ['when it was cancelled after it was paid', [...usual, 'cancel'], []],
  ])('names exactly what is accepted %s', async (_, walk, allowed) => {
    const { accepted, named } = await judge(walk)
    expect(accepted).toEqual(allowed)
    expect(named.length).toBeGreaterThan(0)
    for (const list of named) expect(list).toEqual(allowed)
  })

  test('is the truth after any walk', { timeout: 120_000 }, async () => {
    const anything = fc.array(fc.constantFrom(...(Object.keys(steps) as Step[])), { maxLength: 5 })
    const walk = fc
      .tuple(fc.integer({ min: 0, max: usual.length }), anything)
      .map(([length, further]) => [...usual.slice(0, length), ...further])
    await fc.assert(
      fc.asyncProperty(walk, async (way) => {
        const { accepted, named } = await judge(way)
        for (const list of named) expect(list).toEqual(accepted)
      }),
      { numRuns: 25 },
    )
  })
})

test('the actions of a checkout are those that it takes, after any walk', { timeout: 120_000 }, async () => {
  const walk = fc.array(fc.constantFrom<Step>('opened', 'succeeded', 'reviewed', 'committed', 'lapsed', 'cancel', 'expired'), {
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(fc.boolean(), walk, async (reserved, further) => {
      const way: Step[] = reserved ? ['reserved', ...further] : further
      const listed: string[] = (await (await after(way)).saga()).actions
      const taken: string[] = []
      for (const [action, call] of Object.entries(sagaCalls)) {
        const answer = await call(await after(way))
        if (answer.status < 300) taken.push(action)
        else expect(answer.body).toMatchObject({ code: 'order_state', allowed: listed })
      }
      expect(taken).toEqual(listed)
    }),
    { numRuns: 15 },
  )
})

test('an order whose payment is disputed is not shipped: 409 order_disputed, and nothing is written', async () => {
  const order = await after([...usual, 'disputed'])
  const before = await order.read()
  expect(await steps.ship(order)).toMatchObject({
    status: 409,
    body: { code: 'order_disputed', orderStatus: 'processing', allowed: ['cancelled'] },
  })
  expect(await order.read()).toEqual(before)
  await order.disputeClosed('won')
  expect(await steps.ship(order)).toMatchObject({ status: 200, body: { status: 'shipped' } })
})

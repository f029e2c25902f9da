// What is told of a difference depends on what our rows say afterwards.
import { expect, test } from 'vitest'
import type { Difference, Found } from './compare.ts'
import { settleAll } from './job.ts'

const difference = (overrides: Partial<Difference> = {}): Difference => ({
  kind: 'charge',
  orderId: 'ord_1',
  stripeId: 'ch_1',
  ours: 'open',
  theirs: 'succeeded',
  mends: true,
  ...overrides,
})
const found = (first: Difference, later: Difference | null): Found & { asked: boolean[] } => {
  const asked: boolean[] = []
  return {
    difference: first,
    asked,
    again: async (mended) => {
      asked.push(mended)
      return later
    },
  }
}
const mending = (well = true) => {
  const orders: string[] = []
  return {
    orders,
    mend: async (orderId: string) => {
      orders.push(orderId)
      return well
    },
  }
}

test('repaired is what our rows agree on afterwards', async () => {
  const one = found(difference(), null)
  expect(await settleAll([one], mending().mend)).toMatchObject([{ kind: 'charge', outcome: 'repaired' }])
  expect(one.asked).toEqual([true])
})

test('what is still different after a repair is reported, as it is seen by then', async () => {
  const still = found(difference(), difference({ kind: 'charge_unknown', mends: false }))
  const same = found(difference(), difference())
  expect(await settleAll([still, same], mending().mend)).toMatchObject([
    { kind: 'charge_unknown', outcome: 'reported' },
    { kind: 'charge', outcome: 'reported' },
  ])
})

test('what no repair can mend is looked at again and told only if it is still there', async () => {
  const backward = difference({ kind: 'refund', mends: false })
  const { mend, orders } = mending()
  expect(await settleAll([found(backward, backward), found(backward, null), found(backward, difference())], mend)).toMatchObject([
    { kind: 'refund', outcome: 'reported' },
  ])
  expect(orders).toEqual([])
})

test('an order is mended once, however much of it differs', async () => {
  const { mend, orders } = mending()
  const told = await settleAll([found(difference(), null), found(difference({ kind: 'refund' }), null)], mend)
  expect(told.map(({ outcome }) => outcome)).toEqual(['repaired', 'repaired'])
  expect(orders).toEqual(['ord_1'])
})

test('a repair that goes wrong is no repair, for anything of its order', async () => {
  const { mend, orders } = mending(false)
  const told = await settleAll([found(difference(), null), found(difference({ kind: 'refund' }), null)], mend)
  expect(told.map(({ outcome }) => outcome)).toEqual(['failed', 'failed'])
  expect(orders).toEqual(['ord_1'])
})

test('of two sessions that name an order without one, each is tried', async () => {
  const { mend, orders } = mending()
  const session = (stripeId: string) => difference({ kind: 'session', stripeId })
  await settleAll([found(session('cs_other'), session('cs_other')), found(session('cs_own'), null)], mend)
  expect(orders).toHaveLength(2)
})

// Tests of repairing differences: the outcome depends on the comparison after the repair.
import { expect, test } from 'vitest'
import type { Difference, FoundDifference } from './compare.ts'
import { repairAll } from './job.ts'

const difference = (overrides: Partial<Difference> = {}): Difference => ({
  kind: 'charge',
  orderId: 'ord_1',
  stripeId: 'ch_1',
  local: 'open',
  remote: 'succeeded',
  isRepairable: true,
  ...overrides,
})
const found = (first: Difference, later: Difference | null): FoundDifference & { rechecks: boolean[] } => {
  const rechecks: boolean[] = []
  return {
    difference: first,
    rechecks,
    recheck: async (repaired) => {
      rechecks.push(repaired)
      return later
    },
  }
}
const repairing = (succeeded = true) => {
  const orders: string[] = []
  return {
    orders,
    repair: async (orderId: string) => {
      orders.push(orderId)
      return succeeded
    },
  }
}

test('a difference counts as repaired when a second comparison finds none', async () => {
  const one = found(difference(), null)
  expect(await repairAll([one], repairing().repair)).toMatchObject([{ kind: 'charge', outcome: 'repaired' }])
  expect(one.rechecks).toEqual([true])
})

test('a difference that remains after a repair is reported with its current values', async () => {
  const still = found(difference(), difference({ kind: 'charge_unknown', isRepairable: false }))
  const same = found(difference(), difference())
  expect(await repairAll([still, same], repairing().repair)).toMatchObject([
    { kind: 'charge_unknown', outcome: 'reported' },
    { kind: 'charge', outcome: 'reported' },
  ])
})

test('a difference that is not repairable is compared again and reported only if it remains', async () => {
  const backward = difference({ kind: 'refund', isRepairable: false })
  const { repair, orders } = repairing()
  expect(
    await repairAll([found(backward, backward), found(backward, null), found(backward, difference())], repair),
  ).toMatchObject([{ kind: 'refund', outcome: 'reported' }])
  expect(orders).toEqual([])
})

test('an order with several differences is repaired once', async () => {
  const { repair, orders } = repairing()
  const reported = await repairAll([found(difference(), null), found(difference({ kind: 'refund' }), null)], repair)
  expect(reported.map(({ outcome }) => outcome)).toEqual(['repaired', 'repaired'])
  expect(orders).toEqual(['ord_1'])
})

test('a failed repair marks every difference of its order as failed', async () => {
  const { repair, orders } = repairing(false)
  const reported = await repairAll([found(difference(), null), found(difference({ kind: 'refund' }), null)], repair)
  expect(reported.map(({ outcome }) => outcome)).toEqual(['failed', 'failed'])
  expect(orders).toEqual(['ord_1'])
})

test('each of two sessions that name an order without a session is repaired on its own', async () => {
  const { repair, orders } = repairing()
  const session = (stripeId: string) => difference({ kind: 'session', stripeId })
  await repairAll([found(session('cs_other'), session('cs_other')), found(session('cs_own'), null)], repair)
  expect(orders).toHaveLength(2)
})

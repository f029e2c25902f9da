// Tests of who may withdraw, and until when.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertWithdrawable, withdrawableUntil } from './decide.ts'

const dayMs = 24 * 3_600_000
const delivered = new Date('2026-03-04T09:30:00.000Z')
const after = (ms: number) => new Date(delivered.getTime() + ms)
const order = { status: 'delivered', returnStatus: 'none', deliveredAt: delivered } as const

test.each(['pending', 'processing', 'shipped'] as const)('an order that is %s can be withdrawn from at any time', (status) => {
  assertWithdrawable({ ...order, status, deliveredAt: null }, { now: after(1000 * dayMs), days: 14 })
  expect(withdrawableUntil(null, 14)).toBeNull()
})

test('the last day counts to its end in every time zone, and then the time is over', () => {
  fc.assert(
    fc.property(fc.integer({ min: -12, max: 14 }), fc.integer({ min: 0, max: dayMs - 1 }), (zone, time) => {
      const local = Math.floor(delivered.getTime() / dayMs) * dayMs + time
      const deliveredAt = new Date(local - zone * 3_600_000)
      const lastMoment = new Date(Math.floor(local / dayMs) * dayMs + 15 * dayMs - 1 - zone * 3_600_000)
      assertWithdrawable({ ...order, deliveredAt }, { now: lastMoment, days: 14 })
      expect(() =>
        assertWithdrawable({ ...order, deliveredAt }, { now: new Date(lastMoment.getTime() + dayMs + 1), days: 14 }),
      ).toThrow(expect.objectContaining({ code: 'withdrawal_not_possible' }))
    }),
  )
})

test.each([
  ['cancelled', { ...order, status: 'cancelled' as const }, after(0)],
  ['returned', { ...order, returnStatus: 'full' as const }, after(0)],
  ['too_late', order, after(15 * dayMs + 1)],
])('%s: refused with the cause and the end of the time', (refusal, given, now) => {
  expect(() => assertWithdrawable(given, { now, days: 14 })).toThrow(
    expect.objectContaining({
      code: 'withdrawal_not_possible',
      extra: { refusal, withdrawableUntil: after(15 * dayMs).toISOString() },
    }),
  )
})

test('goods that have come back in part leave the rest to withdraw from', () => {
  assertWithdrawable({ ...order, returnStatus: 'partial' }, { now: after(dayMs), days: 14 })
})

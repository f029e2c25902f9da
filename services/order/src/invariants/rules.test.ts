// Unit tests of the invariant rules: each accepts consistent orders and describes the violation of the others.
import type { RefundState } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import {
  findFulfilmentViolation,
  findHistoryViolation,
  findMoneyViolation,
  findSagaViolation,
  type OrderFinances,
} from './rules.ts'

const sound: OrderFinances = {
  status: 'processing',
  paymentStatus: 'paid',
  refundStatus: 'none',
  totalMinor: 2000,
  capturedMinor: 2000,
  refunds: [],
  disputedMinor: 0,
}
const refund = (amountMinor: number, state: RefundState) => ({ amountMinor, state })

describe('money', () => {
  test.each<[string, Partial<OrderFinances>]>([
    ['a pending order without money', { status: 'pending', paymentStatus: 'awaiting', capturedMinor: 0 }],
    ['a pending order whose money waits for a review', { status: 'pending', paymentStatus: 'review', capturedMinor: 1999 }],
    ['a paid order', {}],
    [
      'a paid order with a part given back',
      { refundStatus: 'pending', refunds: [refund(500, 'succeeded'), refund(100, 'pending')] },
    ],
    ['a free order', { paymentStatus: 'not_required', totalMinor: 0, capturedMinor: 0 }],
    ['a free order that waits for stock', { status: 'pending', paymentStatus: 'not_required', totalMinor: 0, capturedMinor: 0 }],
    ['a cancelled order that was never paid', { status: 'cancelled', paymentStatus: 'expired', capturedMinor: 0 }],
    [
      'a cancelled order whose refund is on its way',
      { status: 'cancelled', refundStatus: 'pending', refunds: [refund(2000, 'pending')] },
    ],
    [
      'a cancelled order that was given back in parts',
      { status: 'cancelled', refundStatus: 'full', refunds: [refund(500, 'succeeded'), refund(1500, 'succeeded')] },
    ],
    ['a cancelled order whose money is disputed', { status: 'cancelled', paymentStatus: 'disputed', disputedMinor: 2000 }],
  ])('%s violates no rule', (_, books) => {
    expect(findMoneyViolation({ ...sound, ...books })).toBeNull()
  })

  test.each<[string, Partial<OrderFinances>, string]>([
    ['goes on unpaid', { capturedMinor: 0 }, '0 of 2000 were captured'],
    ['is shipped and paid in part', { status: 'shipped', capturedMinor: 1999 }, '1999 of 2000'],
    ['gives back more than came', { refunds: [refund(2000, 'succeeded'), refund(1, 'succeeded')] }, '2001 given back'],
    ['is cancelled and keeps the money', { status: 'cancelled' }, 'of 2000 captured 0 are given back'],
    ['goes on and still waits for its payment', { paymentStatus: 'awaiting' }, 'is processing, and its payment awaiting'],
    ['is cancelled and waits', { status: 'cancelled', paymentStatus: 'awaiting', capturedMinor: 0 }, 'is cancelled, and its'],
    ['waits though it was paid', { status: 'pending', paymentStatus: 'awaiting' }, '2000 captured, and its payment is awaiting'],
    ['is disputed without a dispute', { paymentStatus: 'disputed' }, '0 disputed, and its payment is disputed'],
    ['is disputed and says paid', { disputedMinor: 500 }, '500 disputed, and its payment is paid'],
    ['says that it gave back what it did not', { refundStatus: 'full' }, 'its refund is full, and its refunds say none'],
    ['does not show a refund', { refunds: [refund(500, 'succeeded')] }, 'its refund is none, and its refunds say partial'],
    [
      'is pending, costs something and needs no payment',
      { status: 'pending', paymentStatus: 'not_required', capturedMinor: 0 },
      'costs 2000',
    ],
    ['is cancelled and its refund failed', { status: 'cancelled', refunds: [refund(2000, 'failed')] }, '0 are given back'],
  ])('an order that %s violates a rule', (_, books, description) => {
    expect(findMoneyViolation({ ...sound, ...books })).toContain(description)
  })
})

describe('history', () => {
  const placed = { version: 1, from: null, to: 'pending' } as const
  const paid = { version: 2, from: 'pending', to: 'processing' } as const

  test('a path of allowed transitions to the status violates no rule', () => {
    expect(findHistoryViolation('pending', [placed])).toBeNull()
    expect(findHistoryViolation('cancelled', [placed, paid, { version: 3, from: 'processing', to: 'cancelled' }])).toBeNull()
  })

  test('a gap, a forbidden transition, a broken link or another end violates a rule', () => {
    expect(findHistoryViolation('pending', [])).toBe('has no history')
    expect(findHistoryViolation('processing', [placed, { ...paid, version: 3 }])).toBe('misses entry 2 of its history')
    expect(findHistoryViolation('shipped', [placed, { version: 2, from: 'pending', to: 'shipped' }])).toBe(
      'became shipped from pending',
    )
    expect(findHistoryViolation('shipped', [placed, { version: 2, from: 'processing', to: 'shipped' }])).toContain(
      'and was pending',
    )
    expect(findHistoryViolation('processing', [{ version: 1, from: null, to: 'processing' }])).toBe('became processing from null')
    expect(findHistoryViolation('shipped', [placed, paid])).toBe('is shipped, and its history ends in processing')
  })
})

test('the fulfilment status must match the order’s status', () => {
  expect(findFulfilmentViolation('processing', 'partial')).toBeNull()
  expect(findFulfilmentViolation('shipped', 'shipped')).toBeNull()
  expect(findFulfilmentViolation('processing', 'delivered')).toBe('is processing, and its fulfilment delivered')
  expect(findFulfilmentViolation('delivered', 'shipped')).toBe('is delivered, and its fulfilment shipped')
  expect(findFulfilmentViolation('cancelled', 'partial')).toBe('is cancelled, and its fulfilment partial')
})

describe('saga', () => {
  test('an order is pending as long as its saga, and may be cancelled after it', () => {
    expect(findSagaViolation('pending', 'paying', true)).toBeNull()
    expect(findSagaViolation('pending', 'reviewing', false)).toBeNull()
    expect(findSagaViolation('delivered', 'confirmed', false)).toBeNull()
    expect(findSagaViolation('cancelled', 'confirmed', false)).toBeNull()
    expect(findSagaViolation('cancelled', 'cancelled', false)).toBeNull()
  })

  test('an order and a saga that disagree, or a saga without a deadline, violate a rule', () => {
    expect(findSagaViolation('pending', null, false)).toBe('is pending, and has no saga')
    expect(findSagaViolation('pending', 'confirmed', false)).toBe('is pending, and its saga is confirmed')
    expect(findSagaViolation('processing', 'committing', true)).toBe('is processing, and its saga is committing')
    expect(findSagaViolation('pending', 'paying', false)).toBe('waits in paying without a deadline')
    expect(findSagaViolation('pending', 'dreaming', true)).toContain('unknown state')
  })
})

// What must be true of one order: each rule lets every sound order through and names what is wrong with the others.
import { describe, expect, test } from 'vitest'
import { type Books, fulfilmentTrouble, historyTrouble, moneyTrouble, sagaTrouble } from './rules.ts'

const sound: Books = {
  status: 'processing',
  paymentStatus: 'paid',
  refundStatus: 'none',
  totalMinor: 2000,
  capturedMinor: 2000,
  refunds: [],
  disputedMinor: 0,
}
const refund = (amountMinor: number, state: 'pending' | 'succeeded' | 'failed') => ({ amountMinor, state })

describe('money', () => {
  test.each<[string, Partial<Books>]>([
    ['a pending order without money', { status: 'pending', paymentStatus: 'awaiting', capturedMinor: 0 }],
    ['a pending order whose money waits for a review', { status: 'pending', paymentStatus: 'review', capturedMinor: 1999 }],
    ['a paid order', {}],
    [
      'a paid order with a part given back',
      { refundStatus: 'pending', refunds: [refund(500, 'succeeded'), refund(100, 'pending')] },
    ],
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
  ])('%s is sound', (_, books) => {
    expect(moneyTrouble({ ...sound, ...books })).toBeNull()
  })

  test.each<[string, Partial<Books>, string]>([
    ['goes on unpaid', { capturedMinor: 0 }, '0 of 2000 were captured'],
    ['is shipped and paid in part', { status: 'shipped', capturedMinor: 1999 }, '1999 of 2000'],
    ['gives back more than came', { refunds: [refund(2000, 'succeeded'), refund(1, 'succeeded')] }, '2001 given back'],
    ['is cancelled and keeps the money', { status: 'cancelled' }, 'of 2000 captured 0 are given back'],
    ['goes on and still waits for its payment', { paymentStatus: 'awaiting' }, 'is processing, and its payment awaiting'],
    ['is cancelled and waits', { status: 'cancelled', paymentStatus: 'awaiting', capturedMinor: 0 }, 'is cancelled, and its'],
    ['waits though it was paid', { status: 'pending', paymentStatus: 'awaiting' }, '2000 captured, and its payment is awaiting'],
    ['is disputed by nobody', { paymentStatus: 'disputed' }, '0 disputed, and its payment is disputed'],
    ['is disputed and says paid', { disputedMinor: 500 }, '500 disputed, and its payment is paid'],
    ['says that it gave back what it did not', { refundStatus: 'full' }, 'its refund is full, and its refunds say none'],
    ['keeps quiet about a refund', { refunds: [refund(500, 'succeeded')] }, 'its refund is none, and its refunds say partial'],
    ['is cancelled and its refund failed', { status: 'cancelled', refunds: [refund(2000, 'failed')] }, '0 are given back'],
  ])('an order that %s is not', (_, books, trouble) => {
    expect(moneyTrouble({ ...sound, ...books })).toContain(trouble)
  })
})

describe('history', () => {
  const placed = { version: 1, from: null, to: 'pending' } as const
  const paid = { version: 2, from: 'pending', to: 'processing' } as const

  test('legal paths that end in the status are sound', () => {
    expect(historyTrouble('pending', [placed])).toBeNull()
    expect(historyTrouble('cancelled', [placed, paid, { version: 3, from: 'processing', to: 'cancelled' }])).toBeNull()
  })

  test('gaps, leaps, broken links and other ends are not', () => {
    expect(historyTrouble('pending', [])).toBe('has no history')
    expect(historyTrouble('processing', [placed, { ...paid, version: 3 }])).toBe('misses entry 2 of its history')
    expect(historyTrouble('shipped', [placed, { version: 2, from: 'pending', to: 'shipped' }])).toBe(
      'became shipped from pending',
    )
    expect(historyTrouble('shipped', [placed, { version: 2, from: 'processing', to: 'shipped' }])).toContain('and was pending')
    expect(historyTrouble('processing', [{ version: 1, from: null, to: 'processing' }])).toBe('became processing from null')
    expect(historyTrouble('shipped', [placed, paid])).toBe('is shipped, and its history ends in processing')
  })
})

test('goods leave an order that is worked on, and are where it says', () => {
  expect(fulfilmentTrouble('processing', 'partial')).toBeNull()
  expect(fulfilmentTrouble('shipped', 'shipped')).toBeNull()
  expect(fulfilmentTrouble('processing', 'delivered')).toBe('is processing, and its fulfilment delivered')
  expect(fulfilmentTrouble('delivered', 'shipped')).toBe('is delivered, and its fulfilment shipped')
  expect(fulfilmentTrouble('cancelled', 'partial')).toBe('is cancelled, and its fulfilment partial')
})

describe('saga', () => {
  test('an order waits as long as its saga, and a cancellation by hand comes after it', () => {
    expect(sagaTrouble('pending', 'paying', true)).toBeNull()
    expect(sagaTrouble('pending', 'reviewing', false)).toBeNull()
    expect(sagaTrouble('delivered', 'confirmed', false)).toBeNull()
    expect(sagaTrouble('cancelled', 'confirmed', false)).toBeNull()
    expect(sagaTrouble('cancelled', 'cancelled', false)).toBeNull()
  })

  test('one that ended without the other, or waits for ever, is found', () => {
    expect(sagaTrouble('pending', null, false)).toBe('is pending, and has no saga')
    expect(sagaTrouble('pending', 'confirmed', false)).toBe('is pending, and its saga is confirmed')
    expect(sagaTrouble('processing', 'committing', true)).toBe('is processing, and its saga is committing')
    expect(sagaTrouble('pending', 'paying', false)).toBe('waits in paying without a deadline')
    expect(sagaTrouble('pending', 'dreaming', true)).toContain('unknown state')
  })
})

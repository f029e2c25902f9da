// What counts as a difference, and what does not.
import { expect, test } from 'vitest'
import { compareCharge, compareDispute, compareRefund, compareSession, type OurPayment, type TheirSession } from './compare.ts'

const ours = (overrides: Partial<OurPayment> = {}): OurPayment => ({
  orderId: 'ord_1',
  state: 'open',
  amountMinor: 2400,
  currency: 'EUR',
  sessionId: 'cs_1',
  declined: ['ch_known'],
  ...overrides,
})
const theirs = (overrides: Partial<TheirSession['facts']> = {}, ageSec = 600): TheirSession => ({
  id: 'cs_1',
  orderId: 'ord_1',
  ageSec,
  facts: { status: 'open', paid: false, amountMinor: 2400, currency: 'eur', intentStatus: null, ...overrides },
})

test.each<[string, TheirSession, OurPayment | null, string | null]>([
  ['an open page that we know as open', theirs(), ours(), null],
  ['a paid page that we know as open', theirs({ status: 'complete', paid: true }), ours(), 'session'],
  ['a paid page that we know as expired', theirs({ status: 'complete', paid: true }), ours({ state: 'expired' }), 'session'],
  ['a paid page that we know as paid', theirs({ status: 'complete', paid: true }), ours({ state: 'paid' }), null],
  [
    'a wrong amount that is under review already',
    theirs({ status: 'complete', paid: true, amountMinor: 1 }),
    ours({ state: 'review' }),
    null,
  ],
  ['an expired page that we know as open', theirs({ status: 'expired' }), ours(), 'session'],
  ['an expired page that we know as failed', theirs({ status: 'expired' }), ours({ state: 'failed' }), null],
  ['a completed page whose money is on its way', theirs({ status: 'complete' }), ours(), null],
  ['a page of no order', theirs(), null, 'session_unknown'],
  ['a second page of an order', theirs(), ours({ sessionId: 'cs_2' }), 'session_unknown'],
  ['a page whose opening was never written', theirs(), ours({ sessionId: null, state: 'opening' }), 'session'],
  ['a page whose opening is just being written', theirs({}, 5), ours({ sessionId: null, state: 'opening' }), null],
])('%s → %#', (_, session, row, kind) => {
  expect(compareSession(session, row)?.kind ?? null).toBe(kind)
})

test.each<[string, string, string, OurPayment | null, string | null]>([
  ['a decline that was told', 'ch_known', 'failed', ours(), null],
  ['a decline that was not', 'ch_new', 'failed', ours(), 'decline'],
  ['money for an order that is paid', 'ch_2', 'succeeded', ours({ state: 'paid' }), null],
  ['money for an order that is not', 'ch_2', 'succeeded', ours(), 'charge'],
  ['money that is not there yet', 'ch_2', 'pending', ours(), null],
  ['money of no order', 'ch_2', 'succeeded', null, 'charge_unknown'],
])('%s', (_, id, status, row, kind) => {
  expect(compareCharge({ id, status, declineCode: 'generic_decline' }, row)?.kind ?? null).toBe(kind)
})

test('refunds and disputes differ when Stripe has moved on, or when we do not have them', () => {
  const refund = { id: 're_1', status: 'succeeded' as const, amountMinor: 100 }
  expect(
    [null, 'pending', 'succeeded', 'failed'].map((state) => compareRefund(refund, 'ord_1', state as never)?.kind ?? null),
  ).toEqual(['refund', 'refund', null, null])
  expect(compareRefund(refund, null, null)?.kind).toBe('refund_unknown')
  expect(compareDispute({ id: 'dp_1', status: 'needs_response' }, 'ord_1', 'open')).toBeNull()
  expect(compareDispute({ id: 'dp_1', status: 'lost' }, 'ord_1', 'open')?.kind).toBe('dispute')
  expect(compareDispute({ id: 'dp_1', status: 'lost' }, 'ord_1', 'lost')).toBeNull()
  expect(compareDispute({ id: 'dp_1', status: 'lost' }, 'ord_1', null)?.kind).toBe('dispute')
  expect(compareDispute({ id: 'dp_1', status: 'lost' }, null, null)?.kind).toBe('dispute_unknown')
})

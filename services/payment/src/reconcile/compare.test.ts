// What counts as a difference, and what does not.
import { expect, test } from 'vitest'
import {
  compareCharge,
  compareDispute,
  compareRefund,
  compareSession,
  type OurPayment,
  type Owner,
  type TheirSession,
} from './compare.ts'

const ours = (overrides: Partial<OurPayment> = {}): OurPayment => ({
  orderId: 'ord_1',
  state: 'open',
  amountMinor: 2400,
  currency: 'EUR',
  sessionId: 'cs_1',
  declined: ['ch_known'],
  stands: true,
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
  ['an unpaid page that we know as paid', theirs(), ours({ state: 'paid' }), 'session'],
  ['an expired page that we have under review', theirs({ status: 'expired' }), ours({ state: 'review' }), 'session'],
  ['an unpaid page that has become paid with us just now', theirs(), ours({ state: 'paid', stands: false }), null],
  ['a page of no order', theirs(), null, 'session_unknown'],
  ['a second page of an order', theirs(), ours({ sessionId: 'cs_2' }), 'session_unknown'],
  ['a page whose opening was never written', theirs(), ours({ sessionId: null, state: 'opening' }), 'session'],
  ['a page whose opening is just being written', theirs({}, 5), ours({ sessionId: null, state: 'opening' }), null],
])('%s → %#', (_, session, row, kind) => {
  expect(compareSession(session, row)?.kind ?? null).toBe(kind)
})

const owned = (payment: OurPayment = ours()): Owner => ({ payment, own: true })
const strangers: Owner = { payment: ours(), own: false }

test.each<[string, string, string, Owner | null, string | null]>([
  ['a decline that was told', 'ch_known', 'failed', owned(), null],
  ['a decline that was not', 'ch_new', 'failed', owned(), 'decline'],
  ['money for an order that is paid', 'ch_2', 'succeeded', owned(ours({ state: 'paid' })), null],
  ['money for an order that is not', 'ch_2', 'succeeded', owned(), 'charge'],
  ['money that is not there yet', 'ch_2', 'pending', owned(), null],
  ['money of no order', 'ch_2', 'succeeded', null, 'charge_unknown'],
  ['money of another intent that names our order', 'ch_2', 'succeeded', strangers, 'charge_unknown'],
  ['a decline of another intent that names our order', 'ch_2', 'failed', strangers, 'charge_unknown'],
])('%s', (_, id, status, owner, kind) => {
  expect(compareCharge({ id, status, declineCode: 'generic_decline' }, owner)?.kind ?? null).toBe(kind)
})

type State = 'pending' | 'succeeded' | 'failed'
test.each<[State, number, State | null, boolean, 'mends' | 'reported' | null]>([
  ['succeeded', 100, null, true, 'mends'],
  ['succeeded', 100, 'pending', true, 'mends'],
  ['succeeded', 100, 'succeeded', true, null],
  ['pending', 100, 'pending', true, null],
  ['failed', 100, 'succeeded', true, 'mends'],
  ['succeeded', 100, 'failed', true, 'reported'],
  ['succeeded', 100, 'failed', false, null],
  ['pending', 100, 'succeeded', true, 'reported'],
  ['pending', 100, 'succeeded', false, null],
  ['succeeded', 900, 'succeeded', true, 'reported'],
  ['succeeded', 900, 'succeeded', false, null],
])(
  'a refund that is %s over %i at Stripe, and %s over 100 with us (standing: %s), is %s',
  (status, amountMinor, state, stands, expected) => {
    const row = state && { state, amountMinor: 100, stands }
    const difference = compareRefund({ id: 're_1', status, amountMinor }, owned(), row, false)
    expect(difference && (difference.mends ? 'mends' : 'reported')).toBe(expected)
    expect(difference?.kind ?? 'refund').toBe('refund')
  },
)

test('right after a repair a refund of another amount still differs, and one that the list shows as it was before does not', () => {
  const row = { state: 'succeeded' as const, amountMinor: 100, stands: false }
  const after = (status: State, amountMinor: number) => compareRefund({ id: 're_1', status, amountMinor }, owned(), row, true)
  expect(after('succeeded', 900)).toMatchObject({ kind: 'refund', mends: false })
  expect(after('pending', 100)).toBeNull()
})

test.each<[string, string | null, boolean, 'mends' | 'reported' | null]>([
  ['needs_response', 'open', true, null],
  ['lost', 'open', true, 'mends'],
  ['lost', 'lost', true, null],
  ['lost', null, true, 'mends'],
  ['lost', 'won', true, 'reported'],
  ['won', 'lost', true, 'reported'],
  ['needs_response', 'won', true, 'reported'],
  ['lost', 'won', false, null],
])('a dispute that is %s at Stripe and %s with us (standing: %s) is %s', (status, ours, stands, expected) => {
  const difference = compareDispute({ id: 'dp_1', status }, owned(), ours === null ? null : { status: ours, stands })
  expect(difference && (difference.mends ? 'mends' : 'reported')).toBe(expected)
  expect(difference?.kind ?? 'dispute').toBe('dispute')
})

test('refunds and disputes of no order, and of another intent that names ours, are strange', () => {
  const refund = { id: 're_1', status: 'succeeded' as const, amountMinor: 100 }
  for (const owner of [null, strangers]) {
    expect(compareRefund(refund, owner, null, false)).toMatchObject({ kind: 'refund_unknown', mends: false })
    expect(compareDispute({ id: 'dp_1', status: 'lost' }, owner, null)).toMatchObject({ kind: 'dispute_unknown', mends: false })
  }
})

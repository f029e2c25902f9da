// Tests of comparing Stripe's objects with local rows: what counts as a difference.
import type { RefundState } from '@cartwright/contracts'
import { expect, test } from 'vitest'
import {
  compareCharge,
  compareDispute,
  compareRefund,
  compareSession,
  type LocalPayment,
  type Owner,
  type RemoteSession,
} from './compare.ts'

const local = (overrides: Partial<LocalPayment> = {}): LocalPayment => ({
  orderId: 'ord_1',
  state: 'open',
  amountMinor: 2400,
  currency: 'EUR',
  sessionId: 'cs_1',
  declined: ['ch_known'],
  isStable: true,
  ...overrides,
})
const remote = (overrides: Partial<RemoteSession['observation']> = {}, ageSec = 600): RemoteSession => ({
  id: 'cs_1',
  orderId: 'ord_1',
  ageSec,
  observation: { status: 'open', paid: false, amountMinor: 2400, currency: 'eur', intentStatus: null, ...overrides },
})

test.each<[string, RemoteSession, LocalPayment | null, string | null]>([
  ['an open page that is locally open', remote(), local(), null],
  ['a paid page that is locally open', remote({ status: 'complete', paid: true }), local(), 'session'],
  ['a paid page that is locally expired', remote({ status: 'complete', paid: true }), local({ state: 'expired' }), 'session'],
  ['a paid page that is locally paid', remote({ status: 'complete', paid: true }), local({ state: 'paid' }), null],
  [
    'a wrong amount that is under review already',
    remote({ status: 'complete', paid: true, amountMinor: 1 }),
    local({ state: 'review' }),
    null,
  ],
  ['an expired page that is locally open', remote({ status: 'expired' }), local(), 'session'],
  ['an expired page that is locally failed', remote({ status: 'expired' }), local({ state: 'failed' }), null],
  ['a completed page whose money is on its way', remote({ status: 'complete' }), local(), null],
  ['an unpaid page that is locally paid', remote(), local({ state: 'paid' }), 'session'],
  ['an expired page that is locally in review', remote({ status: 'expired' }), local({ state: 'review' }), 'session'],
  ['an unpaid page that became paid locally just now', remote(), local({ state: 'paid', isStable: false }), null],
  ['a page of no order', remote(), null, 'session_unknown'],
  ['a second page of an order', remote(), local({ sessionId: 'cs_2' }), 'session_unknown'],
  ['a page whose opening was never written', remote(), local({ sessionId: null, state: 'opening' }), 'session'],
  ['a page whose opening is just being written', remote({}, 5), local({ sessionId: null, state: 'opening' }), null],
])('%s → %#', (_, session, row, kind) => {
  expect(compareSession(session, row)?.kind ?? null).toBe(kind)
})

const owned = (payment: LocalPayment = local()): Owner => ({ payment, isOwn: true })
const foreign: Owner = { payment: local(), isOwn: false }

test.each<[string, string, string, Owner | null, string | null]>([
  ['a decline that was published', 'ch_known', 'failed', owned(), null],
  ['a decline that was not published', 'ch_new', 'failed', owned(), 'decline'],
  ['money for an order that is paid', 'ch_2', 'succeeded', owned(local({ state: 'paid' })), null],
  ['money for an order that is not', 'ch_2', 'succeeded', owned(), 'charge'],
  ['money that is not there yet', 'ch_2', 'pending', owned(), null],
  ['money of no order', 'ch_2', 'succeeded', null, 'charge_unknown'],
  ['money of another intent that names the order', 'ch_2', 'succeeded', foreign, 'charge_unknown'],
  ['a decline of another intent that names the order', 'ch_2', 'failed', foreign, 'charge_unknown'],
])('%s', (_, id, status, owner, kind) => {
  expect(compareCharge({ id, status, declineCode: 'generic_decline' }, owner)?.kind ?? null).toBe(kind)
})

test.each<[RefundState, number, RefundState | null, boolean, 'repairable' | 'reported' | null]>([
  ['succeeded', 100, null, true, 'repairable'],
  ['succeeded', 100, 'pending', true, 'repairable'],
  ['succeeded', 100, 'succeeded', true, null],
  ['pending', 100, 'pending', true, null],
  ['failed', 100, 'succeeded', true, 'repairable'],
  ['succeeded', 100, 'failed', true, 'reported'],
  ['succeeded', 100, 'failed', false, null],
  ['pending', 100, 'succeeded', true, 'reported'],
  ['pending', 100, 'succeeded', false, null],
  ['succeeded', 900, 'succeeded', true, 'reported'],
  ['succeeded', 900, 'succeeded', false, null],
])(
  'a refund that is %s over %i at Stripe, and %s over 100 locally (stable: %s), is %s',
  (status, amountMinor, state, isStable, expected) => {
    const row = state && { state, amountMinor: 100, isStable }
    const difference = compareRefund({ id: 're_1', status, amountMinor }, owned(), row, false)
    expect(difference && (difference.isRepairable ? 'repairable' : 'reported')).toBe(expected)
    expect(difference?.kind ?? 'refund').toBe('refund')
  },
)

test('after a repair a refund of another amount differs, and one whose list entry is older does not', () => {
  const row = { state: 'succeeded' as const, amountMinor: 100, isStable: false }
  const after = (status: RefundState, amountMinor: number) =>
    compareRefund({ id: 're_1', status, amountMinor }, owned(), row, true)
  expect(after('succeeded', 900)).toMatchObject({ kind: 'refund', isRepairable: false })
  expect(after('pending', 100)).toBeNull()
})

test.each<[string, string | null, boolean, 'repairable' | 'reported' | null]>([
  ['needs_response', 'open', true, null],
  ['lost', 'open', true, 'repairable'],
  ['lost', 'lost', true, null],
  ['lost', null, true, 'repairable'],
  ['lost', 'won', true, 'reported'],
  ['won', 'lost', true, 'reported'],
  ['needs_response', 'won', true, 'reported'],
  ['lost', 'won', false, null],
])('a dispute that is %s at Stripe and %s locally (stable: %s) is %s', (status, local, isStable, expected) => {
  const difference = compareDispute({ id: 'dp_1', status }, owned(), local === null ? null : { status: local, isStable })
  expect(difference && (difference.isRepairable ? 'repairable' : 'reported')).toBe(expected)
  expect(difference?.kind ?? 'dispute').toBe('dispute')
})

test('refunds and disputes of an unknown order or of a foreign intent are reported as unknown', () => {
  const refund = { id: 're_1', status: 'succeeded' as const, amountMinor: 100 }
  for (const owner of [null, foreign]) {
    expect(compareRefund(refund, owner, null, false)).toMatchObject({ kind: 'refund_unknown', isRepairable: false })
    expect(compareDispute({ id: 'dp_1', status: 'lost' }, owner, null)).toMatchObject({
      kind: 'dispute_unknown',
      isRepairable: false,
    })
  }
})

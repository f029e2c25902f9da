// Tests of deciding a session's outcome: the rank of a payment never falls.

import type { PaymentState, RefundState } from '@cartwright/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canRefundMove, decideSession, disputeOutcome, type SessionObservation } from './decide.ts'

const order = { amountMinor: 2400, currency: 'EUR' }
const facts = (overrides: Partial<SessionObservation> = {}): SessionObservation => ({
  status: 'open',
  paid: false,
  amountMinor: 2400,
  currency: 'eur',
  intentStatus: null,
  ...overrides,
})

describe('a session', () => {
  test.each<[string, SessionObservation, PaymentState, string]>([
    ['that is open changes nothing', facts(), 'open', 'nothing'],
    ['that is paid in full is paid', facts({ status: 'complete', paid: true }), 'open', 'paid'],
    ['that is paid with too little is reviewed', facts({ status: 'complete', paid: true, amountMinor: 2399 }), 'open', 'review'],
    [
      'that is paid in another currency is reviewed',
      facts({ status: 'complete', paid: true, currency: 'usd' }),
      'open',
      'review',
    ],
    ['that expired is expired', facts({ status: 'expired' }), 'open', 'expired'],
    ['that is processing is waited for', facts({ status: 'complete', intentStatus: 'processing' }), 'open', 'wait'],
    [
      'that is processing is waited for even when it expired',
      facts({ status: 'expired', intentStatus: 'processing' }),
      'open',
      'wait',
    ],
    [
      'whose intent needs another payment method failed',
      facts({ status: 'complete', intentStatus: 'requires_payment_method' }),
      'open',
      'failed',
    ],
    ['that is paid after it counted as expired is paid', facts({ status: 'complete', paid: true }), 'expired', 'paid'],
    ['that expired after it was paid changes nothing', facts({ status: 'expired' }), 'paid', 'nothing'],
    ['that expired under review changes nothing', facts({ status: 'expired' }), 'review', 'nothing'],
  ])('%s', (_, session, state, outcome) => {
    expect(decideSession(session, { state, ...order })).toBe(outcome)
  })
})

test('no sequence of observations lowers the rank of a payment', () => {
  const rank: Record<PaymentState, number> = { opening: 0, open: 1, failed: 2, expired: 2, review: 3, paid: 4 }
  const anyFacts = fc.record<SessionObservation>({
    status: fc.constantFrom('open', 'complete', 'expired'),
    paid: fc.boolean(),
    amountMinor: fc.constantFrom(2400, 100),
    currency: fc.constantFrom('eur', 'usd'),
    intentStatus: fc.constantFrom(null, 'processing', 'succeeded', 'canceled', 'requires_payment_method'),
  })
  fc.assert(
    fc.property(fc.array(anyFacts, { maxLength: 12 }), (sequence) => {
      let state: PaymentState = 'open'
      for (const session of sequence) {
        const outcome = decideSession(session, { state, ...order })
        if (outcome === 'nothing' || outcome === 'wait') continue
        expect(rank[outcome]).toBeGreaterThan(rank[state])
        state = outcome
      }
    }),
  )
})

test('a refund only moves forward: pending, succeeded, failed', () => {
  const states: RefundState[] = ['pending', 'succeeded', 'failed']
  for (const [from, a] of states.entries()) for (const [to, b] of states.entries()) expect(canRefundMove(a, b)).toBe(to > from)
})

test('a dispute ends as won or lost, and a closed inquiry counts as won', () => {
  expect(['won', 'warning_closed', 'prevented', 'lost', 'needs_response', 'under_review'].map(disputeOutcome)).toEqual([
    'won',
    'won',
    'won',
    'lost',
    null,
    null,
  ])
})

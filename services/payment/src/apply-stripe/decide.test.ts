// The rank: what is known for certain is never taken back.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PaymentState } from '../db/payments.ts'
import { disputeOutcome, judgeSession, type RefundState, refundMoves, type SessionFacts } from './decide.ts'

const order = { amountMinor: 2400, currency: 'EUR' }
const facts = (overrides: Partial<SessionFacts> = {}): SessionFacts => ({
  status: 'open',
  paid: false,
  amountMinor: 2400,
  currency: 'eur',
  intentStatus: null,
  ...overrides,
})

describe('a session', () => {
  test.each<[string, SessionFacts, PaymentState, string]>([
    ['that is open says nothing', facts(), 'open', 'nothing'],
    ['that is paid in full is paid', facts({ status: 'complete', paid: true }), 'open', 'paid'],
    ['that is paid with too little is reviewed', facts({ status: 'complete', paid: true, amountMinor: 2399 }), 'open', 'review'],
    [
      'that is paid in another currency is reviewed',
      facts({ status: 'complete', paid: true, currency: 'usd' }),
      'open',
      'review',
    ],
    ['that expired is expired', facts({ status: 'expired' }), 'open', 'expired'],
    ['whose bank is still deciding is waited for', facts({ status: 'complete', intentStatus: 'processing' }), 'open', 'wait'],
    [
      'whose bank is still deciding is waited for even when it expired',
      facts({ status: 'expired', intentStatus: 'processing' }),
      'open',
      'wait',
    ],
    [
      'whose bank refused for good failed',
      facts({ status: 'complete', intentStatus: 'requires_payment_method' }),
      'open',
      'failed',
    ],
    ['that is paid after we took it for expired is paid', facts({ status: 'complete', paid: true }), 'expired', 'paid'],
    ['that expired after it was paid changes nothing', facts({ status: 'expired' }), 'paid', 'nothing'],
    ['that expired under review changes nothing', facts({ status: 'expired' }), 'review', 'nothing'],
  ])('%s', (_, session, state, verdict) => {
    expect(judgeSession(session, { state, ...order })).toBe(verdict)
  })
})

test('no order of facts takes a payment down from where a fact has put it', () => {
  const rank: Record<PaymentState, number> = { opening: 0, open: 1, failed: 2, expired: 2, review: 3, paid: 4 }
  const anyFacts = fc.record<SessionFacts>({
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
        const verdict = judgeSession(session, { state, ...order })
        if (verdict === 'nothing' || verdict === 'wait') continue
        expect(rank[verdict]).toBeGreaterThan(rank[state])
        state = verdict
      }
    }),
  )
})

test('a refund moves forward only: pending, succeeded, failed', () => {
  const states: RefundState[] = ['pending', 'succeeded', 'failed']
  for (const [from, a] of states.entries()) for (const [to, b] of states.entries()) expect(refundMoves(a, b)).toBe(to > from)
})

test('a dispute ends as won or lost, and an inquiry that is closed took nothing', () => {
  expect(['won', 'warning_closed', 'prevented', 'lost', 'needs_response', 'under_review'].map(disputeOutcome)).toEqual([
    'won',
    'won',
    'won',
    'lost',
    null,
    null,
  ])
})

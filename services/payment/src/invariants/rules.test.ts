// Tests of the rules of one payment: consistent payments pass, and each problem of the others is named.
import type { RefundOrigin, RefundState } from '@cartwright/contracts'
import { expect, test } from 'vitest'
import { findRefundProblem, findStateProblem, type PaymentFigures } from './rules.ts'

const open: PaymentFigures = {
  state: 'open',
  amountMinor: 2000,
  capturedMinor: 0,
  sessionId: 'cs_1',
  url: 'https://pay.example/1',
}

test.each<[string, Partial<PaymentFigures>, string | null]>([
  ['an open payment with a page is consistent', {}, null],
  ['an opening payment without a page is consistent', { state: 'opening', sessionId: null, url: null }, null],
  ['a fully paid payment is consistent', { state: 'paid', capturedMinor: 2000, url: null }, null],
  ['a payment in review with another amount is consistent', { state: 'review', capturedMinor: 1999, url: null }, null],
  ['an expired payment without a page is consistent', { state: 'expired', url: null }, null],
  ['an open payment without a page is a problem', { url: null }, 'has no page'],
  ['an expired payment with a page is a problem', { state: 'expired' }, 'still has a page'],
  ['a paid payment with another amount is a problem', { state: 'paid', capturedMinor: 1999, url: null }, '1999 of 2000'],
  [
    'an expired payment with captured money is a problem',
    { state: 'expired', capturedMinor: 2000, url: null },
    '2000 were captured',
  ],
])('%s', (_, figures, problem) => {
  const found = findStateProblem({ ...open, ...figures })
  if (problem === null) expect(found).toBeNull()
  else expect(found).toContain(problem)
})

test('requested refunds never exceed the captured amount, and a dashboard refund may overtake a requested one', () => {
  const refund = (amount_minor: number, state: RefundState, origin: RefundOrigin = 'order') => ({
    amount_minor,
    state,
    origin,
  })
  expect(findRefundProblem(2000, [refund(2000, 'pending'), refund(2000, 'failed')])).toBeNull()
  expect(findRefundProblem(2000, [refund(2000, 'pending'), refund(2000, 'succeeded', 'dashboard')])).toBeNull()
  expect(findRefundProblem(2000, [refund(1500, 'pending'), refund(501, 'succeeded')])).toContain('refunds of 2001 requested')
  expect(findRefundProblem(2000, [refund(2000, 'succeeded'), refund(1, 'succeeded', 'dashboard')])).toContain('2001 refunded')
})

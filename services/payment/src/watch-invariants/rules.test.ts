// What must be true of one payment: sound ones pass, and what is wrong with the others is named.
import { expect, test } from 'vitest'
import { type PaymentBooks, refundTrouble, stateTrouble } from './rules.ts'

const open: PaymentBooks = { state: 'open', amountMinor: 2000, capturedMinor: 0, sessionId: 'cs_1', url: 'https://pay.example/1' }

test.each<[string, Partial<PaymentBooks>, string | null]>([
  ['an open page', {}, null],
  ['one that opens', { state: 'opening', sessionId: null, url: null }, null],
  ['a paid one', { state: 'paid', capturedMinor: 2000, url: null }, null],
  ['another amount in review', { state: 'review', capturedMinor: 1999, url: null }, null],
  ['an expired one', { state: 'expired', url: null }, null],
  ['an open page that cannot be reached', { url: null }, 'has no page'],
  ['an end that still tells its page', { state: 'expired' }, 'its page is still told'],
  ['another amount that passes for paid', { state: 'paid', capturedMinor: 1999, url: null }, '1999 of 2000'],
  ['money on an expired payment', { state: 'expired', capturedMinor: 2000, url: null }, '2000 were captured'],
])('%s', (_, books, trouble) => {
  const found = stateTrouble({ ...open, ...books })
  if (trouble === null) expect(found).toBeNull()
  else expect(found).toContain(trouble)
})

test('refunds never exceed what came, but one at Stripe may overtake one of ours', () => {
  const refund = (amount_minor: number, state: 'pending' | 'succeeded' | 'failed', origin: 'order' | 'dashboard' = 'order') => ({
    amount_minor,
    state,
    origin,
  })
  expect(refundTrouble(2000, [refund(2000, 'pending'), refund(2000, 'failed')])).toBeNull()
  expect(refundTrouble(2000, [refund(2000, 'pending'), refund(2000, 'succeeded', 'dashboard')])).toBeNull()
  expect(refundTrouble(2000, [refund(1500, 'pending'), refund(501, 'succeeded')])).toContain('2001 are to go back')
  expect(refundTrouble(2000, [refund(2000, 'succeeded'), refund(1, 'succeeded', 'dashboard')])).toContain('2001 given back')
})

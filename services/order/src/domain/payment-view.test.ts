// Unit tests of the payment view, one for each state of an order.
import { expect, test } from 'vitest'
import { paymentViewOf } from './payment-view.ts'

const row = {
  status: 'pending',
  payment_status: 'awaiting',
  cancel_requested_at: null,
  pay_url: null,
  pay_expires_at: null,
} as const
const url = 'https://pay.example/1'
const at = new Date('2026-01-01T00:00:00.000Z')

test.each([
  ['before the page is there', {}, 'preparing'],
  ['while the page is open', { pay_url: url, pay_expires_at: at }, 'open'],
  ['while a cancellation waits', { pay_url: url, cancel_requested_at: at }, 'cancelling'],
  ['while a cancellation waits though the money is there', { payment_status: 'paid', cancel_requested_at: at }, 'cancelling'],
  ['of a free order', { payment_status: 'not_required' }, 'not_required'],
  ['of a free order in processing', { status: 'processing', payment_status: 'not_required' }, 'not_required'],
  ['of a free order whose cancellation waits', { payment_status: 'not_required', cancel_requested_at: at }, 'cancelling'],
  ['of a free order that was cancelled', { status: 'cancelled', payment_status: 'not_required' }, 'cancelled'],
  ['from the money on', { payment_status: 'paid' }, 'paid'],
  ['in processing', { status: 'processing', payment_status: 'paid' }, 'paid'],
  ['in processing with a dispute', { status: 'processing', payment_status: 'disputed' }, 'paid'],
  ['with a wrong amount', { payment_status: 'review' }, 'review'],
  ['after a failure', { status: 'cancelled', payment_status: 'failed' }, 'failed'],
  ['after the time was up', { status: 'cancelled', payment_status: 'expired' }, 'expired'],
  ['after a cancellation', { status: 'cancelled', payment_status: 'cancelled', cancel_requested_at: at }, 'cancelled'],
  [
    'after a cancellation that was refunded',
    { status: 'cancelled', payment_status: 'paid', cancel_requested_at: at },
    'cancelled',
  ],
] as const)('%s', (_, more, state) => {
  const view = paymentViewOf({ ...row, ...more })
  expect(view.state).toBe(state)
  expect(view.url).toBe(state === 'open' ? url : null)
})

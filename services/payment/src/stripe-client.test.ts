// Where the library speaks to, and which of its failures are final.
import Stripe from 'stripe'
import { expect, test } from 'vitest'
import { isAboutExpiry, isMissing, isPermanent, stripeClient, stripeTimeOf } from './stripe-client.ts'

const failure = (statusCode: number, more: { param?: string; headers?: Record<string, string> } = {}) =>
  new Stripe.errors.StripeInvalidRequestError({ type: 'invalid_request_error', message: 'no', statusCode, ...more })

test('without another address the library speaks to Stripe itself, over HTTPS', () => {
  const stripe = stripeClient('sk_live_x', null, 1000)
  expect([stripe.getApiField('host'), stripe.getApiField('protocol')]).toEqual(['api.stripe.com', 'https'])
  const sandbox = stripeClient('sk_test_x', 'http://127.0.0.1:12111', 1000)
  expect([sandbox.getApiField('host'), sandbox.getApiField('port'), sandbox.getApiField('protocol')]).toEqual([
    '127.0.0.1',
    '12111',
    'http',
  ])
})

test.each([
  [400, true],
  [402, true],
  [404, true],
  [401, false],
  [403, false],
  [409, false],
  [429, false],
  [500, false],
  [503, false],
])('status %i is final: %s', (status, final) => {
  expect(isPermanent(failure(status))).toBe(final)
})

test('a broken connection and a stranger’s error are not final', () => {
  expect(isPermanent(new Stripe.errors.StripeConnectionError({ type: 'api_error', message: 'reset' }))).toBe(false)
  expect(isPermanent(new Error('400'))).toBe(false)
  expect([isMissing(failure(404)), isMissing(failure(400))]).toEqual([true, false])
})

test('a refusal of the expiry is recognised, and tells Stripe’s time when it has one', () => {
  const refusal = failure(400, { param: 'expires_at', headers: { date: 'Wed, 25 Nov 2026 10:00:00 GMT' } })
  expect(isAboutExpiry(refusal)).toBe(true)
  expect(stripeTimeOf(refusal)?.toISOString()).toBe('2026-11-25T10:00:00.000Z')
  expect([stripeTimeOf(failure(400)), stripeTimeOf(failure(400, { headers: { date: 'soon' } }))]).toEqual([null, null])
})

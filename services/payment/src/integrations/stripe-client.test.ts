// Tests of the Stripe client: the address that it calls, and which errors are permanent.
import Stripe from 'stripe'
import { expect, test } from 'vitest'
import { createStripeClient, isExpiryError, isMissing, isPermanent, readStripeTime } from './stripe-client.ts'

const failure = (statusCode: number, more: { param?: string; headers?: Record<string, string> } = {}) =>
  new Stripe.errors.StripeInvalidRequestError({ type: 'invalid_request_error', message: 'no', statusCode, ...more })

test('the client calls api.stripe.com over HTTPS unless a sandbox address is set', () => {
  const stripe = createStripeClient('sk_live_x', null, 1000)
  expect([stripe.getApiField('host'), stripe.getApiField('protocol')]).toEqual(['api.stripe.com', 'https'])
  const sandbox = createStripeClient('sk_test_x', 'http://127.0.0.1:12111', 1000)
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
])('an error of status %i is permanent: %s', (status, permanent) => {
  expect(isPermanent(failure(status))).toBe(permanent)
})

test('a connection error and an error of other code are not permanent', () => {
  expect(isPermanent(new Stripe.errors.StripeConnectionError({ type: 'api_error', message: 'reset' }))).toBe(false)
  expect(isPermanent(new Error('400'))).toBe(false)
  expect([isMissing(failure(404)), isMissing(failure(400))]).toEqual([true, false])
})

test('a refused expiry is recognised, and its headers give Stripe’s time', () => {
  const refusal = failure(400, { param: 'expires_at', headers: { date: 'Wed, 25 Nov 2026 10:00:00 GMT' } })
  expect(isExpiryError(refusal)).toBe(true)
  expect(readStripeTime(refusal)?.toISOString()).toBe('2026-11-25T10:00:00.000Z')
  expect([readStripeTime(failure(400)), readStripeTime(failure(400, { headers: { date: 'soon' } }))]).toEqual([null, null])
})

// Tests of requests to Stripe: stripe-mock validates each request of a payment's life before the sandbox answers it.
import { type StripeMock, startStripeMock } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, badCard, type PaymentFixture, startPaymentFixture } from '../fixtures.ts'

let mock: StripeMock | { reason: string } = { reason: 'stripe-mock was not started' }
let fixture: PaymentFixture | null = null
beforeAll(async () => {
  mock = await startStripeMock()
  if ('url' in mock) fixture = await startPaymentFixture({ sandbox: { stripeMockUrl: mock.url } })
}, 300_000)
afterAll(async () => {
  // The process first: it must not outlive a run in which the rest fails to stop.
  if ('url' in mock) await mock.stop()
  await fixture?.[Symbol.asyncDispose]()
})
const validated = (skip: (reason: string) => never): PaymentFixture =>
  fixture ?? skip('reason' in mock ? mock.reason : 'stripe-mock is not there')

test('Stripe’s own specification accepts every request from opening to refund, closing and comparing', async ({ skip }) => {
  const checked = validated(skip)
  const order = await checked.open()
  await checked.pay(order.sessionId, badCard)
  await checked.pay(order.sessionId)
  await checked.refund(order.orderId, 700)
  expect(await checked.publishedNames(order.orderId)).toEqual([
    'payment.session-opened',
    'payment.attempt-declined',
    'payment.succeeded',
    'payment.refund-succeeded',
  ])
  const left = await checked.open()
  await checked.expire(left.orderId)
  expect(await checked.publishedNames(left.orderId)).toEqual(['payment.session-opened', 'payment.expired'])
  const { body } = await checked.service.as(admin).post('/v1/admin/reconciliations')
  await checked.waitUntilIdle()
  expect((await checked.service.as(admin).get(`/v1/admin/reconciliations/${body.id}`)).body.state).toBe('done')
  expect(await checked.service.sql(`SELECT kind, last_error FROM work_item WHERE last_error IS NOT NULL`)).toEqual([])
})

test('stripe-mock refuses an invalid request before the sandbox sees it', async ({ skip }) => {
  const checked = validated(skip)
  const params = { mode: 'payment', success_url: 'http://127.0.0.1/', billing_address_collection: 'perhaps' } as const
  await expect(checked.stripe.checkout.sessions.create(params)).rejects.toThrow(/Stripe's specification refuses/)
})

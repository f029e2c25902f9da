// Tests of open issues: payments in review until they are refunded, and disputes until they are closed.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PaymentFixture, startPaymentFixture } from '../fixtures.ts'

let fixture: PaymentFixture
beforeAll(async () => {
  fixture = await startPaymentFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A call's token, as the gateway signs it. */
const gatewayToken = (): string => {
  const iat = Math.floor(fixture.service.clock.now().getTime() / 1000)
  const head = part({ alg: 'HS256', typ: 'internal+jwt' })
  const signed = `${head}.${part({ sub: 'gateway', aud: 'payment', iat, exp: iat + 60 })}`
  return `${signed}.${createHmac('sha256', 'development-internal-secret-for-tests').update(signed).digest('base64url')}`
}
const idsOf = async (kind: string): Promise<string[]> => {
  const token = gatewayToken()
  const { body } = await fixture.service.anonymous.get('/internal/open-issues', { headers: { authorization: `Bearer ${token}` } })
  return body.items.filter((issue: { kind: string }) => issue.kind === kind).flatMap(({ ids }: { ids: string[] }) => ids)
}

test('a payment in review is named until all of it has gone back', async () => {
  const { orderId, sessionId } = await fixture.open()
  await fixture.pay(sessionId)
  expect(await idsOf('payments-in-review')).toEqual([])
  await fixture.service.sql(`UPDATE payment SET state = 'review' WHERE order_id = '${orderId}'`)
  expect(await idsOf('payments-in-review')).toEqual([orderId])
  await fixture.service.sql(`UPDATE payment SET captured_minor = 0 WHERE order_id = '${orderId}'`)
  expect(await idsOf('payments-in-review')).toEqual([])
})

test.each([
  ['needs_response', true],
  ['under_review', true],
  ['warning_needs_response', true],
  ['won', false],
  ['lost', false],
  ['warning_closed', false],
])('a dispute that is %s is open: %s', async (status, open) => {
  const { orderId } = await fixture.open()
  await fixture.service.sql(`INSERT INTO payment_dispute (id, order_id, status, amount_minor, reason, created_at, updated_at)
    VALUES ('dp_${orderId}', '${orderId}', '${status}', 100, 'fraudulent', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`)
  expect((await idsOf('disputes-open')).includes(orderId)).toBe(open)
})

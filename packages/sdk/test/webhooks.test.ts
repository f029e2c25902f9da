// Webhooks: signed by the library of Standard Webhooks, verified by the SDK.
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { verifyWebhook, WebhookVerificationError } from '../src/webhooks.ts'

const secret = `whsec_${Buffer.from('a secret of thirty-two bytes, ok').toString('base64')}`
const other = `whsec_${Buffer.from('another secret of 32 bytes, okay').toString('base64')}`
const payload = JSON.stringify({ type: 'order.paid', timestamp: '2026-11-29T21:25:00Z', data: { id: 'ord_1', name: 'Zoë' } })

const signed = (at = new Date(), by = secret) => ({
  'webhook-id': 'msg_1',
  'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
  'webhook-signature': new Webhook(by).sign('msg_1', at, payload),
})

test('a webhook of the shop is its event', async () => {
  const event = await verifyWebhook<{ id: string }>({ payload, headers: signed(), secret })
  expect(event).toEqual({ id: 'msg_1', ...JSON.parse(payload) })
  const bytes = new TextEncoder().encode(payload)
  expect(await verifyWebhook({ payload: bytes, headers: new Headers(signed()), secret })).toEqual(event)
})

test('two secrets and several signatures are taken while a secret is replaced', async () => {
  const headers = signed()
  await verifyWebhook({ payload, headers, secret: [other, secret] })
  const both = { ...headers, 'webhook-signature': `v1a,xyz v1,nonsense ${signed(new Date(), other)['webhook-signature']}` }
  await verifyWebhook({ payload, headers: both, secret: [secret, other] })
})

test.each([
  ['a changed body', { payload: `${payload} ` }],
  ['another secret', { secret: other }],
  ['another id', { headers: { ...signed(), 'webhook-id': 'msg_2' } }],
  ['an old time', { headers: signed(new Date(Date.now() - 400_000)) }],
  ['a time to come', { headers: signed(new Date(Date.now() + 400_000)) }],
  ['a time that is none', { headers: { ...signed(), 'webhook-timestamp': 'now' } }],
  ['no signature', { headers: { ...signed(), 'webhook-signature': undefined } }],
  ['an empty signature', { headers: { ...signed(), 'webhook-signature': 'v1,' } }],
])('%s is refused', async (_, change) => {
  await expect(verifyWebhook({ payload, headers: signed(), secret, ...change })).rejects.toBeInstanceOf(WebhookVerificationError)
})

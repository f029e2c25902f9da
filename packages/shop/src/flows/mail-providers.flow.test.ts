// A purchase whose mails go through the API of a provider, and a bounce that comes back through the gateway.
import { type FakeMailgun, type FakeSendGrid, startFakeMailgun, startFakeSendGrid, type TakenMail } from '@cartwright/testing'
import { expect, test } from 'vitest'
import { startTestShop } from '../test-shop/test-shop.ts'

const address = 'alice@example.com'

/** Buys, lets the first mail bounce, and ships. */
const buyAndBounce = async <F extends FakeSendGrid | FakeMailgun>(
  provider: string,
  start: () => Promise<F>,
  bounceOf: (fake: F, mail: TakenMail, at: Date) => { body: string; headers: Record<string, string> },
): Promise<void> => {
  await using fake = await start()
  await using shop = await startTestShop({ env: fake.env })
  await shop.admin.stockUp({ sku: 'MUG-1', priceMinor: 1250, stock: 5 })
  await shop.idle()
  const alice = await shop.alice()
  const order = await alice.placeOrder('MUG-1', 1)
  await alice.pay(order.id)
  await shop.idle()
  const [mail, ...others] = fake.mailsTo(address)
  if (mail === undefined) throw new Error('no mail was taken')
  expect([mail.subject, others, shop.mailsTo(address)]).toEqual([expect.stringContaining(order.number), [], []])

  const { body, headers } = bounceOf(fake, mail, shop.clock.now())
  expect((await fetch(`${shop.url}/v1/webhooks/${provider}`, { method: 'POST', body, headers })).status).toBe(200)
  expect((await shop.admin.ship(order.id)).status).toBe(200)
  await shop.idle()
  expect(fake.mailsTo(address)).toEqual([mail])
  const { items } = (await shop.admin.client.get('/v1/admin/undeliverable-addresses')).body
  expect(items).toMatchObject([{ address, provider, reason: 'bounce' }])
}

test('a purchase is confirmed through SendGrid, and the next mail is held back after the first one bounced', () =>
  buyAndBounce('sendgrid', startFakeSendGrid, (fake, mail, at) =>
    fake.signed([fake.event(mail, 'bounce', at, { type: 'bounce', status: '5.1.1' })], at),
  ))

test('a purchase is confirmed through Mailgun, and the next mail is held back after the first one bounced', () =>
  buyAndBounce('mailgun', startFakeMailgun, (fake, mail, at) =>
    fake.signed(fake.event(mail, 'failed', at, { severity: 'permanent', reason: 'bounce' }), at),
  ))

// Tests of the webhooks of SendGrid and Mailgun: signatures, repetitions, order, and what a bounce or a complaint does to later mails.
import { identityEvents, orderEvents } from '@cartwright/contracts'
import { type FakeMailgun, type FakeSendGrid, startFakeMailgun, startFakeSendGrid, type TakenMail } from '@cartwright/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { alice, codeFor, confirmed, delivered, emailChanged, shipped } from '../../fixtures.ts'
import { admin, type NotificationUnderTest, seal, startNotification } from '../../notification.fixture.ts'

type Fake = FakeSendGrid | FakeMailgun
interface Signed {
  body: string
  headers: Record<string, string>
}
/** What a test says about a mail; each provider has its own words for it. */
type Kind = 'bounce' | 'complaint' | 'soft' | 'delivered' | 'suppressed'

const sendGridWords: Record<Kind, [string, object]> = {
  bounce: ['bounce', { type: 'bounce', status: '5.1.1', reason: '550 5.1.1 <alice@example.com> unknown' }],
  complaint: ['spamreport', {}],
  soft: ['bounce', { type: 'blocked', status: '5.7.1', reason: '550 looks like spam' }],
  delivered: ['delivered', { response: '250 OK' }],
  suppressed: ['dropped', { reason: 'Bounced Address', status: '5.0.0' }],
}
const failed = (reason: string, severity = 'permanent') => ({
  severity,
  reason,
  'delivery-status': { code: 550, message: '5.1.1 <alice@example.com>\n5.1.1 unknown', 'attempt-no': 1 },
})
const mailgunWords: Record<Kind, [string, object]> = {
  bounce: ['failed', failed('bounce')],
  complaint: ['complained', {}],
  soft: ['failed', failed('generic', 'temporary')],
  delivered: ['delivered', { 'delivery-status': { code: 250, message: 'OK' } }],
  suppressed: ['failed', failed('suppress-bounce')],
}

describe.each([
  { provider: 'sendgrid', start: startFakeSendGrid as () => Promise<Fake>, words: sendGridWords },
  { provider: 'mailgun', start: startFakeMailgun as () => Promise<Fake>, words: mailgunWords },
])('webhooks of $provider', ({ provider, start, words }) => {
  let n: NotificationUnderTest
  let fake: Fake
  beforeAll(async () => {
    fake = await start()
    n = await startNotification(fake.env)
  })
  afterEach(() => fake.fail(null))
  afterAll(async () => {
    await n?.[Symbol.asyncDispose]()
    await fake?.[Symbol.asyncDispose]()
  })

  const now = () => n.t.clock.now()
  const eventOf = (mail: TakenMail, kind: Kind, at = now()): object => {
    const [name, fields] = words[kind]
    return fake.event(mail, name, at, fields as Record<string, unknown>)
  }
  const sign = (event: object, at = now()): Signed => fake.signed(provider === 'sendgrid' ? [event] : event, at)
  const post = async ({ body, headers }: Signed) =>
    (await fetch(`${n.t.url}/v1/webhooks/${provider}`, { method: 'POST', body, headers })).status
  const report = (mail: TakenMail, kind: Kind, at = now()) => post(sign(eventOf(mail, kind, at)))

  /** Data of events about a customer of this test alone. */
  const someone = () => {
    count += 1
    const [email, principalId] = [`alice${count}@example.com`, `usr_alice${String(count).padStart(5, '0')}`]
    return { email, principalId, of: { recipient: { email }, principalId, orderId: `ord_${String(count).padStart(10, '0')}` } }
  }
  let count = 0
  type Someone = ReturnType<typeof someone>
  const aMailTo = async ({ email, of }: Someone): Promise<TakenMail> => {
    await n.t.receive(orderEvents.confirmed, { ...confirmed, ...of })
    const mail = fake.mailsTo(email)[0]
    if (mail === undefined) throw new Error('no mail was taken')
    return mail
  }
  const marksOf = async ({ email }: Someone) =>
    (await n.t.as(admin).get(`/v1/admin/undeliverable-addresses?address=${email}`)).body.items
  const clear = (id: string) => n.t.as(admin).post(`/v1/admin/undeliverable-addresses/${id}/clear`)
  const statesOf = async ({ of: { orderId } }: Someone): Promise<string[]> =>
    (await n.t.sql(`SELECT state FROM message WHERE order_id = '${orderId}' ORDER BY id`)).map(({ state }) => state)

  test('a bounce marks the address: later mails to it are recorded and not sent, mails to others are', async () => {
    const [alice, bob] = [someone(), someone()]
    expect(await report(await aMailTo(alice), 'bounce')).toBe(200)
    const [mark] = await marksOf(alice)
    expect(mark).toMatchObject({ address: alice.email, reason: 'bounce', provider, clearedAt: null })
    expect(mark.detail).toMatch(/5\.1\.1.*…/)
    await n.t.receive(orderEvents.delivered, { ...delivered, ...alice.of })
    await n.t.receive(orderEvents.delivered, { ...delivered, ...bob.of })
    expect([fake.mailsTo(alice.email).length, fake.mailsTo(bob.email).length]).toEqual([1, 1])
    const { items } = (await n.t.as(admin).get(`/v1/admin/messages?orderId=${alice.of.orderId}`)).body
    expect(items).toMatchObject([
      { template: 'order-delivered', state: 'undeliverable', trouble: expect.stringContaining('not sent') },
      { template: 'order-confirmed', state: 'sent', trouble: expect.stringContaining('bounced: ') },
    ])
    const metrics = await (await fetch(n.t.running.metricsUrl)).text()
    expect(metrics).toMatch(/mails_total\{[^}]*template="order-delivered",result="undeliverable"[^}]*\} 1/)
  })

  test('codes and security notices are sent in spite of a complaint', async () => {
    const { email, principalId, of } = someone()
    await report(await aMailTo({ email, principalId, of }), 'complaint')
    const sealed = await seal(n.sealPublicJwk, '048213', n.inMinutes(10))
    const code = codeFor('reset-password', sealed, n.inMinutes(10))
    await n.t.receive(identityEvents.codeRequested, { ...code, userId: principalId, recipient: { email } })
    await n.t.receive(identityEvents.emailChanged, { ...emailChanged, userId: principalId, previousRecipient: { email } })
    await n.t.receive(orderEvents.shipped, { ...shipped, ...of })
    expect(fake.mailsTo(email).map(({ subject }) => subject)).toEqual([
      expect.stringContaining('confirmed'),
      expect.stringContaining('password'),
      expect.stringContaining('address'),
    ])
  })

  test.each(['soft', 'delivered'] as const)('an event of the kind %s is taken and marks nothing', async (kind) => {
    const alice = someone()
    expect(await report(await aMailTo(alice), kind)).toBe(200)
    expect(await marksOf(alice)).toEqual([])
  })

  test('a mail that the provider suppressed marks its address', async () => {
    const alice = someone()
    await report(await aMailTo(alice), 'suppressed')
    expect(await marksOf(alice)).toMatchObject([{ reason: 'bounce' }])
  })

  test('a repeated webhook has no second effect: a cleared mark stays cleared', async () => {
    const alice = someone()
    const signed = sign(eventOf(await aMailTo(alice), 'bounce'))
    expect(await Promise.all(Array.from({ length: 5 }, () => post(signed)))).toEqual(Array(5).fill(200))
    const [mark] = await marksOf(alice)
    await n.t.clock.advance('1m')
    expect((await clear(mark.id)).status).toBe(200)
    expect(await post(signed)).toBe(200)
    expect(await marksOf(alice)).toEqual([])
  })

  test('events in the wrong order end alike: a complaint outranks a bounce, and one from before the clearing changes nothing', async () => {
    const alice = someone()
    const mail = await aMailTo(alice)
    for (const event of [eventOf(mail, 'complaint', n.inMinutes(1)), eventOf(mail, 'bounce')])
      expect(await post(sign(event))).toBe(200)
    const [mark] = await marksOf(alice)
    expect(mark).toMatchObject({ reason: 'complaint' })
    const late = eventOf(mail, 'bounce', n.inMinutes(2))
    await n.t.clock.advance('3m')
    await clear(mark.id)
    await post(sign(late))
    expect(await marksOf(alice)).toEqual([])
    await n.t.clock.advance('1m')
    await report(mail, 'bounce')
    expect(await marksOf(alice)).toMatchObject([{ reason: 'bounce' }])
  })

  test('an event about another shop’s mail, or about an address that the mail did not go to, marks nothing', async () => {
    const alice = someone()
    const mail = await aMailTo(alice)
    for (const other of [
      { ...mail, variables: {} },
      { ...mail, variables: { cartwright_mail: 'msg_00000000unknown' } },
      { ...mail, variables: { cartwright_mail: "'; DROP TABLE message" } },
      { ...mail, to: 'mallory@example.com' },
    ])
      expect(await report(other, 'bounce')).toBe(200)
    expect(
      await n.t.sql(`SELECT id FROM undeliverable_address WHERE address IN ('${alice.email}', 'mallory@example.com')`),
    ).toEqual([])
  })

  test('a webhook is refused when it is unsigned, signed by another key, older than a day, or too large', async () => {
    const event = eventOf(await aMailTo(someone()), 'bounce')
    const receipts = () => n.t.sql('SELECT COUNT(*) AS count FROM webhook_receipt')
    const before = await receipts()
    await using stranger = await start()
    const foreign = provider === 'sendgrid' ? stranger.signed([event], now()) : stranger.signed(event, now())
    const old = sign(event, new Date(now().getTime() - 26 * 3_600_000))
    const future = sign(event, n.inMinutes(10))
    const bare = { body: provider === 'sendgrid' ? '[]' : '{"event-data":{}}', headers: { 'content-type': 'application/json' } }
    for (const signed of [foreign, old, future, bare, { ...bare, body: 'null' }, { ...bare, body: '' }])
      expect(await post(signed)).toBe(400)
    expect(await post({ ...bare, body: `"${'x'.repeat(1_100_000)}"` })).toBe(413)
    expect(await receipts()).toEqual(before)
  })

  test('a signed body that is no event is refused, and one with unusual fields marks nothing', async () => {
    const marks = () => n.t.sql('SELECT COUNT(*) AS count FROM undeliverable_address')
    const before = await marks()
    expect(await post(fake.signed(provider === 'sendgrid' ? { event: 'bounce' } : ['failed'], now()))).toBe(400)
    for (const event of [{ event: 'bounce' }, { event: 'failed', severity: 'permanent', reason: 'bounce', recipient: 5 }])
      expect(await post(sign(event))).toBe(200)
    expect(await marks()).toEqual(before)
  })

  test('a closed account leaves no mark, and an event that comes later brings none back', async () => {
    const alice = someone()
    const mail = await aMailTo(alice)
    await report(mail, 'bounce')
    const closed = { userId: alice.principalId, at: now().toISOString() }
    await n.t.receive(identityEvents.accountClosed, closed, { twice: true })
    expect(await marksOf(alice)).toEqual([])
    expect(await report(mail, 'complaint')).toBe(200)
    for (const table of ['message', 'undeliverable_address', 'webhook_receipt', 'work_item'])
      expect(JSON.stringify(await n.t.sql(`SELECT * FROM ${table}`))).not.toContain(alice.email)
  })

  test('a mail that was accepted before the connection broke is sent again with the same Message-ID', async () => {
    const alice = someone()
    fake.fail('cut')
    await n.t.receive(orderEvents.confirmed, { ...confirmed, ...alice.of })
    expect(await statesOf(alice)).toEqual(['pending'])
    fake.fail(null)
    await n.t.clock.advance('5s')
    await n.t.idle()
    expect(await statesOf(alice)).toEqual(['sent'])
    const ids = fake.mailsTo(alice.email).map(({ headers, variables }) => [headers['message-id'], variables.cartwright_mail])
    expect(ids).toHaveLength(2)
    expect(ids[1]).toEqual(ids[0])
  })

  test('mails wait as long as the provider asks for, and arrive afterwards', async () => {
    const alice = someone()
    fake.fail({ status: 429, headers: { 'retry-after': '300' } })
    await n.t.receive(orderEvents.confirmed, { ...confirmed, ...alice.of })
    fake.fail(null)
    await n.t.clock.advance('4m')
    await n.t.idle()
    expect([fake.mailsTo(alice.email), await statesOf(alice)]).toEqual([[], ['pending']])
    await n.t.clock.advance('2m')
    await n.t.idle()
    expect(fake.mailsTo(alice.email)).toHaveLength(1)
  })
})

test('the signature of SendGrid covers every byte, and that of Mailgun one delivery: its token is taken once', async () => {
  await using sendGrid = await startFakeSendGrid()
  await using mailgun = await startFakeMailgun()
  await using n = await startNotification({ ...sendGrid.env, ...mailgun.env })
  const post = async (provider: string, { body, headers }: Signed) =>
    (await fetch(`${n.t.url}/v1/webhooks/${provider}`, { method: 'POST', body, headers })).status
  const batch = sendGrid.signed([], n.t.clock.now())
  expect([await post('sendgrid', batch), await post('sendgrid', { ...batch, body: '[ ]' })]).toEqual([200, 400])
  await n.t.receive(orderEvents.confirmed, confirmed)
  const [mail] = mailgun.mailsTo(alice.email)
  if (mail === undefined) throw new Error('no mail was taken')
  const harmless = mailgun.signed(mailgun.event(mail, 'delivered', n.t.clock.now()), n.t.clock.now())
  const { signature } = JSON.parse(harmless.body) as { signature: unknown }
  const forged = JSON.stringify({ signature, 'event-data': mailgun.event(mail, 'complained', n.t.clock.now()) })
  expect([await post('mailgun', harmless), await post('mailgun', { ...harmless, body: forged })]).toEqual([200, 200])
  expect(await n.t.sql('SELECT id FROM undeliverable_address')).toEqual([])
})

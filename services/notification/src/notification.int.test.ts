// Notification through its face: events in, mails out of a real SMTP server, each once, whatever the server does.
import { identityEvents, notificationEvents, orderEvents, paymentEvents } from '@cartwright/contracts'
import { sealKeys, startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  adminNews,
  alice,
  codeFor,
  confirmed,
  customerNews,
  declined,
  delivered,
  emailChanged,
  lookup,
  type MailServer,
  mailServer,
  orderId,
  paidAndCancelled,
  paymentFailed,
  seal,
  unpaidAndCancelled,
  userId,
  verified,
} from './fixtures.ts'
import { notificationService } from './index.ts'

const admin = { id: 'usr_admin00001', role: 'admin', email: 'admin@example.com' } as const
const operators = 'operators@example.com'

describe('notification', () => {
  let keys: { publicJwk: string; privateJwk: string }
  let smtp: MailServer
  let t: UnderTest
  beforeAll(async () => {
    keys = await sealKeys()
  })
  beforeEach(async () => {
    smtp = await mailServer()
    t = await startUnderTest(notificationService, {
      env: {
        SMTP_URL: smtp.url,
        MAIL_FROM: 'Cartwright <shop@mail.example>',
        ADMIN_ALERT_EMAIL: operators,
        SEAL_PRIVATE_JWK: keys.privateJwk,
        PUBLIC_URL: 'https://shop.example',
      },
    })
  })
  afterEach(async () => {
    await t.stop()
    await smtp.stop()
  })

  const states = async (): Promise<string[]> => (await t.sql('SELECT state FROM message ORDER BY id')).map(({ state }) => state)
  const inMinutes = (minutes: number) => new Date(t.clock.now().getTime() + minutes * 60_000)
  const metric = async (line: string): Promise<string | undefined> =>
    (await (await fetch(t.running.metricsUrl)).text()).split('\n').find((text) => text.startsWith(line))

  test.each(customerNews)('$name that is delivered twice makes one mail to the customer', async ({ deliverTo, template }) => {
    await deliverTo(t, { twice: true })
    expect(smtp.mails.map(({ to }) => to)).toEqual([alice.email])
    expect(await t.sql('SELECT template, state FROM message')).toEqual([{ template, state: 'sent' }])
    expect(await metric(`mails_total{template="${template}",result="sent"`)).toMatch(/ 1$/)
  })

  test.each(adminNews)(
    '$name that is delivered twice makes one alert to the operators and no mail to the customer',
    async ({ deliverTo }) => {
      await deliverTo(t, { twice: true })
      expect(smtp.mails.map(({ to }) => to)).toEqual([operators])
      expect(smtp.mails[0]?.subject).toMatch(/^Alert: .*CW-7QK4-XH2P/)
    },
  )

  test('a changed address is told to the new and to the previous one', async () => {
    await t.receive(identityEvents.emailChanged, emailChanged, { twice: true })
    expect(smtp.mails.map(({ to }) => to).sort()).toEqual(['alice@example.com', 'alice@new.example'])
    expect(smtp.mailsTo('alice@new.example')[0]?.text).toContain('this is the e-mail address of your account')
    expect(smtp.mailsTo('alice@example.com')[0]?.text).toContain('moved to another e-mail address')
  })

  test('a cancelled order says whether money comes back or the goods are still in the cart', async () => {
    await t.receive(orderEvents.cancelled, paidAndCancelled)
    expect(smtp.mails[0]?.text).toContain('Your money comes back')
    expect(smtp.mails[0]?.text).not.toContain('in your cart')
    await t.receive(orderEvents.cancelled, unpaidAndCancelled)
    expect(smtp.mails[1]?.text).toContain('still in your cart')
    expect(smtp.mails[1]?.text).toContain('You have not been charged')
  })

  describe('one-time codes', () => {
    test.each(['verify-email', 'reset-password', 'change-email'] as const)(
      'a code for %s is opened only in the mail and nowhere kept in clear',
      async (purpose) => {
        const sealed = await seal(keys.publicJwk, '048213', inMinutes(10))
        await t.receive(identityEvents.codeRequested, codeFor(purpose, sealed, inMinutes(10)), { twice: true })
        expect(smtp.mails).toHaveLength(1)
        expect(smtp.mails[0]?.text.match(/\b\d{6}\b/)?.[0]).toBe('048213')
        expect(smtp.mails[0]?.text).toContain('10 minutes')
        for (const table of ['message', 'work_item', 'inbox_event', 'outbox_event'])
          expect(JSON.stringify(await t.sql(`SELECT * FROM ${table}`))).not.toContain('048213')
        expect(await t.sql('SELECT state, sealed_code FROM message')).toEqual([{ state: 'sent', sealed_code: null }])
      },
    )

    test('a guest gets the code that leads back to an order', async () => {
      await t.receive(orderEvents.lookupRequested, lookup(await seal(keys.publicJwk, '990017', inMinutes(10)), inMinutes(10)), {
        twice: true,
      })
      expect(smtp.mails).toHaveLength(1)
      expect(smtp.mails[0]?.text.match(/\b\d{6}\b/)?.[0]).toBe('990017')
    })

    test('whoever has an account already is told so without a code', async () => {
      await t.receive(
        identityEvents.codeRequested,
        codeFor('already-registered', await seal(keys.publicJwk, '111222', inMinutes(10)), inMinutes(10)),
      )
      expect(smtp.mails[0]?.subject).toBe('You already have an account')
      expect(smtp.mails[0]?.text).not.toMatch(/\b\d{6}\b/)
    })

    test('a code that expired while the mail server was away is not sent and is forgotten', async () => {
      await smtp.stop()
      await t.receive(
        identityEvents.codeRequested,
        codeFor('verify-email', await seal(keys.publicJwk, '555666', inMinutes(10)), inMinutes(10)),
      )
      expect(await states()).toEqual(['pending'])
      await smtp.resume()
      await t.clock.advance('11m')
      await t.idle()
      expect(smtp.mails).toEqual([])
      expect(await t.sql('SELECT state, sealed_code FROM message')).toEqual([{ state: 'expired', sealed_code: null }])
    })

    test('a code whose sealed life is over is not sent, whatever its event says', async () => {
      const sealed = await seal(keys.publicJwk, '333444', inMinutes(-1))
      await t.receive(identityEvents.codeRequested, codeFor('verify-email', sealed, inMinutes(10)))
      expect(smtp.mails).toEqual([])
      expect(await states()).toEqual(['expired'])
    })

    test('a code that was sealed for another key fails where operators see it', async () => {
      const stranger = await sealKeys()
      await t.receive(
        identityEvents.codeRequested,
        codeFor('verify-email', await seal(stranger.publicJwk, '777888', inMinutes(10)), inMinutes(10)),
      )
      expect(await states()).toEqual(['failed'])
      expect(await t.published(notificationEvents.deliveryFailed)).toMatchObject([
        { template: 'verify-email', reason: expect.stringContaining('cannot be opened') },
      ])
    })
  })

  describe('a mail server in trouble', () => {
    test('mails wait while it is down and arrive once it is back', async () => {
      await smtp.stop()
      for (const { deliverTo } of customerNews) await deliverTo(t)
      for (let minutes = 0; minutes < 10; minutes++) {
        await t.clock.advance('1m')
        await t.idle()
      }
      expect(new Set(await states())).toEqual(new Set(['pending']))
      const waiting = await t.as(admin).get('/v1/admin/messages?state=pending&limit=1')
      expect(waiting.body.items[0]).toMatchObject({ state: 'pending', trouble: expect.stringContaining('ECONNREFUSED') })
      expect(waiting.body.items[0].attempts).toBeGreaterThan(3)
      await smtp.resume()
      await t.clock.advance('2m')
      await t.idle()
      expect(smtp.mails).toHaveLength(customerNews.length)
      expect(new Set(await states())).toEqual(new Set(['sent']))
      expect(await t.published(notificationEvents.deliveryFailed)).toEqual([])
    })

    test.each([{ recipient: 550 }, { message: 554 }])(
      'a mail that is refused for good (%o) is failed, announced without an address, and may be sent again',
      async (refusal) => {
        smtp.refuse(refusal)
        await t.receive(orderEvents.delivered, delivered, { twice: true })
        const failures = await t.published(notificationEvents.deliveryFailed)
        expect(failures).toMatchObject([{ template: 'order-delivered', orderId }])
        expect(JSON.stringify(failures)).not.toContain(alice.email)
        const { items } = (await t.as(admin).get(`/v1/admin/messages?orderId=${orderId}&state=failed`)).body
        expect(items).toMatchObject([{ state: 'failed', trouble: expect.stringMatching(/55\d/) }])
        smtp.refuse(null)
        const again = await t.as(admin).post(`/v1/admin/messages/${items[0].id}/resend`, undefined, { key: 'again-1' })
        expect(again).toMatchObject({ status: 202, body: { state: 'pending', resends: 1 } })
        const replay = await t.as(admin).post(`/v1/admin/messages/${items[0].id}/resend`, undefined, { key: 'again-1' })
        expect(replay.headers.get('idempotent-replayed')).toBe('true')
        await t.idle()
        expect(smtp.mails).toHaveLength(1)
      },
    )

    test('a recipient that is refused for now is tried again, and fails after three days', async () => {
      smtp.refuse({ recipient: 450 })
      await t.receive(orderEvents.confirmed, confirmed)
      expect(await states()).toEqual(['pending'])
      await t.clock.advance('71h')
      await t.idle()
      expect(await states()).toEqual(['pending'])
      await t.clock.advance('2h')
      await t.idle()
      expect(await states()).toEqual(['failed'])
    })

    test('a mail keeps its Message-ID through every try and gets another when it is sent again', async () => {
      await t.receive(orderEvents.delivered, delivered)
      const [{ id }] = await t.sql('SELECT id FROM message')
      expect(smtp.mails[0]?.messageId).toBe(`<${id}@mail.example>`)
      await t.as(admin).post(`/v1/admin/messages/${id}/resend`)
      await t.idle()
      expect(smtp.mails[1]?.messageId).toBe(`<${id}.1@mail.example>`)
    })
  })

  describe('payments that do not go through', () => {
    test('a declined card tells the customer how to try again and alerts the operators', async () => {
      await t.receive(paymentEvents.attemptDeclined, declined, { twice: true })
      expect(smtp.mailsTo(alice.email)).toHaveLength(1)
      expect(smtp.mailsTo(alice.email)[0]?.text).toContain(declined.payUrl)
      expect(smtp.mailsTo(operators)).toHaveLength(1)
      expect(smtp.mailsTo(operators)[0]?.subject).toBe('Alert: 1 payment did not go through')
      expect(await metric('payment_failures_total{kind="declined"')).toMatch(/ 1$/)
    })

    test('alerts of five minutes are one mail with a count, however many there are', async () => {
      for (let count = 0; count < 4; count++) await t.receive(paymentEvents.attemptDeclined, declined)
      await t.receive(paymentEvents.failed, paymentFailed, { twice: true })
      expect(smtp.mailsTo(operators).map(({ subject }) => subject)).toEqual(['Alert: 1 payment did not go through'])
      await t.clock.advance('4m')
      await t.idle()
      expect(smtp.mailsTo(operators)).toHaveLength(1)
      await t.clock.advance('2m')
      await t.idle()
      expect(smtp.mailsTo(operators).map(({ subject }) => subject)).toEqual([
        'Alert: 1 payment did not go through',
        'Alert: 4 payments did not go through',
      ])
      expect(await metric('payment_failures_total{kind="failed"')).toMatch(/ 1$/)
      await t.clock.advance('1h')
      await t.receive(paymentEvents.attemptDeclined, declined)
      expect(smtp.mailsTo(operators)).toHaveLength(3)
    })
  })

  describe('a closed account', () => {
    test('leaves nothing in the mails that identifies its owner, and what was waiting is not sent', async () => {
      await t.receive(identityEvents.customerVerified, verified)
      await t.receive(orderEvents.confirmed, confirmed)
      await smtp.stop()
      await t.receive(orderEvents.delivered, delivered)
      await t.receive(identityEvents.customerVerified, {
        ...verified,
        userId: 'usr_bob0000001',
        recipient: { email: 'bob@example.com' },
      })
      await t.receive(identityEvents.accountClosed, { userId, at: t.clock.now().toISOString() }, { twice: true })
      await smtp.resume()
      await t.clock.advance('5m')
      await t.idle()
      const rows = await t.sql('SELECT state, recipient, recipient_name, content FROM message ORDER BY id')
      expect(rows.slice(0, 3)).toEqual(Array(3).fill({ state: 'erased', recipient: null, recipient_name: null, content: null }))
      expect(rows[3]).toMatchObject({ state: 'sent', recipient: 'bob@example.com' })
      expect(smtp.mailsTo(alice.email).map(({ subject }) => subject)).toEqual([
        'Welcome to Cartwright',
        'Order CW-7QK4-XH2P is confirmed',
      ])
      const [{ id }] = await t.sql('SELECT id FROM message ORDER BY id LIMIT 1')
      expect(await t.as(admin).post(`/v1/admin/messages/${id}/resend`)).toMatchObject({ status: 409, body: { code: 'conflict' } })
    })

    test('gets no mail about its orders afterwards', async () => {
      await t.receive(orderEvents.delivered, { ...delivered, recipient: { email: 'erased@invalid.example' } })
      expect(await states()).toEqual([])
    })
  })

  describe('what operators may ask', () => {
    test('the list pages through every mail once, newest first, and filters', async () => {
      for (const { deliverTo } of customerNews) await deliverTo(t)
      const seen: { id: string; template: string }[] = []
      let cursor = ''
      do {
        const page = await t.as(admin).get(`/v1/admin/messages?limit=3${cursor}`)
        expect(page.status).toBe(200)
        seen.push(...page.body.items)
        cursor = page.body.nextCursor ? `&cursor=${page.body.nextCursor}` : ''
      } while (cursor !== '')
      expect(seen.map(({ template }) => template)).toEqual(customerNews.map(({ template }) => template).reverse())
      expect((await t.as(admin).get('/v1/admin/messages?template=welcome')).body.items).toHaveLength(1)
      expect((await t.as(admin).get(`/v1/admin/messages?orderId=${orderId}`)).body.items).toHaveLength(5)
    })

    test('only operators may, malformed questions name the field, and an unknown mail is not found', async () => {
      expect((await t.anonymous.get('/v1/admin/messages')).status).toBe(401)
      expect((await t.as({ id: userId, role: 'customer', email: alice.email }).get('/v1/admin/messages')).status).toBe(403)
      expect(await t.as(admin).get('/v1/admin/messages?state=lost')).toMatchObject({
        status: 400,
        body: { errors: [{ path: '/state' }] },
      })
      expect(await t.as(admin).get('/v1/admin/messages?cursor=nonsense')).toMatchObject({
        status: 400,
        body: { errors: [{ path: '/cursor' }] },
      })
      expect((await t.as(admin).post('/v1/admin/messages/msg_0000000000/resend')).status).toBe(404)
      expect((await t.as(admin).post('/v1/admin/messages/msg_0000000000/resend', undefined, { key: null })).status).toBe(400)
      expect((await t.anonymous.post('/v1/admin/messages/msg_0000000000/resend')).status).toBe(401)
      expect(
        (await t.as({ id: userId, role: 'customer', email: alice.email }).post('/v1/admin/messages/msg_0000000000/resend'))
          .status,
      ).toBe(403)
    })

    test('a code that was sent cannot be sent again', async () => {
      await t.receive(
        identityEvents.codeRequested,
        codeFor('verify-email', await seal(keys.publicJwk, '123123', inMinutes(10)), inMinutes(10)),
      )
      const [{ id }] = await t.sql('SELECT id FROM message')
      expect(await t.as(admin).post(`/v1/admin/messages/${id}/resend`)).toMatchObject({ status: 409, body: { code: 'conflict' } })
      expect(smtp.mails).toHaveLength(1)
    })
  })
})

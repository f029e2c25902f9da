// Tests of notification through its public interface: events come in, a real SMTP server receives each mail once.
import { identityEvents, orderEvents, paymentEvents } from '@cartwright/contracts'
import { codeMaker } from '@cartwright/service-kit'
import type { UnderTest } from '@cartwright/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  alice,
  confirmed,
  customerEmailEvents,
  declined,
  delivered,
  emailChanged,
  operatorAlertEvents,
  paidAndCancelled,
  paymentFailed,
  refundFailed,
  unpaidAndCancelled,
  userId,
  verified,
} from './fixtures.ts'
import { admin, type MailServer, type NotificationUnderTest, operators, startNotification } from './notification.fixture.ts'

describe('notification', () => {
  let n: NotificationUnderTest
  let t: UnderTest
  let smtp: MailServer
  beforeEach(async () => {
    n = await startNotification()
    t = n.t
    smtp = n.smtp
  })
  afterEach(() => n[Symbol.asyncDispose]())

  const metric = async (line: string): Promise<string | undefined> =>
    (await (await fetch(t.running.metricsUrl)).text()).split('\n').find((text) => text.startsWith(line))

  test.each(customerEmailEvents)(
    '$name that is delivered twice makes one mail to the customer',
    async ({ deliverTo, template }) => {
      await deliverTo(t, { twice: true })
      expect(smtp.mails.map(({ to }) => to)).toEqual([alice.email])
      expect(await t.sql('SELECT template, state FROM message')).toEqual([{ template, state: 'sent' }])
      expect(await metric(`cartwright_mails_total{template="${template}",result="sent"`)).toMatch(/ 1$/)
    },
  )

  test.each(operatorAlertEvents)(
    '$name that is delivered twice makes one alert to the operators and no mail to the customer',
    async ({ deliverTo }) => {
      await deliverTo(t, { twice: true })
      expect(smtp.mails.map(({ to }) => to)).toEqual([operators])
      expect(smtp.mails[0]?.subject).toMatch(/^Alert: .*CW-7QK4-XH2P/)
    },
  )

  test('an event that comes again after its claim was forgotten makes no second mail', async () => {
    for (const [event, data] of [
      [orderEvents.confirmed, confirmed],
      [orderEvents.delivered, delivered],
      [identityEvents.customerVerified, verified],
    ] as const) {
      const id = `evt_again_${event.name.replace(/\W/g, '_')}`
      await t.receive(event, data, { id })
      await t.sql('DELETE FROM inbox_event')
      await t.receive(event, data, { id })
    }
    expect(smtp.mailsTo(alice.email)).toHaveLength(3)
    expect(await t.sql('SELECT state FROM message')).toEqual(Array(3).fill({ state: 'sent' }))
  })

  test('a change of address is mailed to the new and to the previous address', async () => {
    await t.receive(identityEvents.emailChanged, emailChanged, { twice: true })
    expect(smtp.mails.map(({ to }) => to).sort()).toEqual(['alice@example.com', 'alice@new.example'])
    expect(smtp.mailsTo('alice@new.example')[0]?.text).toContain('this is the e-mail address of your account')
    expect(smtp.mailsTo('alice@example.com')[0]?.text).toContain('moved to another e-mail address')
  })

  test('only the previous address gets the link that undoes a change, and an undone change has no link', async () => {
    const token = 'Zm9yZXZlciB5b3VuZywgZm9yIGV2ZXIgeW91bmcuLi4'.slice(0, 43)
    const until = n.inMinutes(72 * 60)
    const codes = await codeMaker('unused', n.sealPublicJwk)
    const undo = { sealedUndoToken: await codes.seal(token, until), undoUntil: until.toISOString() }
    await t.receive(identityEvents.emailChanged, { ...emailChanged, ...undo })
    expect(smtp.mailsTo('alice@example.com')[0]?.text).toContain(
      `https://shop.example/account/undo-email?locale=en#token=${token}`,
    )
    expect(smtp.mailsTo('alice@new.example')[0]?.text).not.toContain('undo-email')
    await t.receive(identityEvents.emailChanged, emailChanged)
    expect(smtp.mailsTo('alice@example.com')[1]?.text).not.toContain('undo-email')
    expect(JSON.stringify(await t.sql('SELECT * FROM message'))).not.toContain(token)
  })

  test('a mail is in the language of its recipient, and in the shop’s when the shop does not write that language', async () => {
    for (const locale of ['de-AT', 'fr-CA', 'en-GB']) await t.receive(orderEvents.confirmed, { ...confirmed, locale })
    expect(smtp.mails.map(({ subject }) => subject)).toEqual([
      'Ihre Bestellung CW-7QK4-XH2P ist bestätigt',
      'Order CW-7QK4-XH2P is confirmed',
      'Order CW-7QK4-XH2P is confirmed',
    ])
    expect(smtp.mails[0]?.text.replaceAll('\u00a0', ' ')).toContain('€ 35,90')
    expect(smtp.mails[0]?.text).toContain('&locale=de-AT')
    expect(smtp.mails[1]?.text).toContain('€35.90')
  })

  test('the shop’s locale and time zone decide the language of alerts, the fallback and the times', async () => {
    await using german = await startNotification({ SHOP_LOCALE: 'de', SHOP_TIME_ZONE: 'Europe/Berlin' })
    await german.t.receive(paymentEvents.refundFailed, refundFailed)
    expect(german.smtp.mailsTo(operators)[0]?.subject).toBe('Alarm: Erstattung für die Bestellung CW-7QK4-XH2P fehlgeschlagen')
    expect(german.smtp.mailsTo(alice.email)[0]?.subject).toBe('The refund for order CW-7QK4-XH2P did not go through')
    await german.t.receive(orderEvents.delivered, { ...delivered, locale: 'fr' })
    expect(german.smtp.mailsTo(alice.email)[1]?.text).toContain('am 4. März 2026 um 10:30 Uhr (MEZ) zugestellt')
  })

  test('the shop’s name is in the head and foot of mails, and in the sender when no other is named', async () => {
    await using own = await startNotification({ SHOP_NAME: 'Möwe & Söhne', MAIL_FROM: undefined })
    await own.t.receive(orderEvents.delivered, delivered)
    const mail = own.smtp.mailsTo(alice.email)[0]
    expect(mail?.text).toMatch(/-- \nMöwe & Söhne, http/)
    expect(mail?.html).toContain('>Möwe &amp; Söhne</td>')
    expect(`${mail?.text}${mail?.html}`).not.toContain('Cartwright')
    expect(mail?.from).toMatch(/^"?Möwe & Söhne"? <shop@cartwright\.example>$/)
  })

  test.each([
    ['SHOP_LOCALE', 'fr'],
    ['SHOP_NAME', 'Two\nlines'],
    ['SHOP_TIME_ZONE', 'Mars/Olympus'],
  ])('%s=%s is refused at the start', async (name, value) => {
    await expect(startNotification({ [name]: value })).rejects.toThrow(name)
  })

  test('a cancelled order says whether money comes back or the goods are still in the cart', async () => {
    await t.receive(orderEvents.cancelled, paidAndCancelled)
    expect(smtp.mails[0]?.text).toContain('Your money comes back')
    expect(smtp.mails[0]?.text).not.toContain('in your cart')
    await t.receive(orderEvents.cancelled, unpaidAndCancelled)
    expect(smtp.mails[1]?.text).toContain('in your cart again')
    expect(smtp.mails[1]?.text).toContain('You have not been charged')
  })

  test('a failed refund is mailed to the customer, without the bank’s reason, and to the operators', async () => {
    await t.receive(paymentEvents.refundFailed, refundFailed, { twice: true })
    expect(smtp.mails.map(({ to }) => to).sort()).toEqual([alice.email, operators])
    const [mail] = smtp.mailsTo(alice.email)
    expect(mail?.subject).toBe('The refund for order CW-7QK4-XH2P did not go through')
    expect(mail?.text).toContain('€6.90')
    expect(mail?.text).toContain('You still get this money')
    expect(mail?.text).not.toContain('expired_or_canceled_card')
    expect(smtp.mailsTo(operators)[0]?.text).toContain('expired_or_canceled_card')
  })

  describe('payments that do not go through', () => {
    test('a declined card tells the customer how to try again and alerts the operators', async () => {
      await t.receive(paymentEvents.attemptDeclined, declined, { twice: true })
      expect(smtp.mailsTo(alice.email)).toHaveLength(1)
      expect(smtp.mailsTo(alice.email)[0]?.text).toContain(declined.payUrl)
      expect(smtp.mailsTo(operators)).toHaveLength(1)
      expect(smtp.mailsTo(operators)[0]?.subject).toBe('Alert: 1 payment did not go through')
      expect(await metric('cartwright_payment_failures_total{kind="declined"')).toMatch(/ 1$/)
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
      expect(await metric('cartwright_payment_failures_total{kind="failed"')).toMatch(/ 1$/)
      await t.clock.advance('1h')
      await t.receive(paymentEvents.attemptDeclined, declined)
      expect(smtp.mailsTo(operators)).toHaveLength(3)
    })

    test('failures of several orders at the same moment are counted once each', async () => {
      const orders = Array.from({ length: 12 }, (_, index) => `ord_group${String(index).padStart(6, '0')}`)
      await Promise.all(orders.map((orderId) => t.receive(paymentEvents.attemptDeclined, { ...declined, orderId })))
      await t.clock.advance('6m')
      await t.idle()
      const counts = smtp.mailsTo(operators).map(({ subject }) => Number(/\d+/.exec(subject)?.[0]))
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12)
      expect(smtp.mailsTo(alice.email)).toHaveLength(12)
      expect(await metric('cartwright_payment_failures_total{kind="declined"')).toMatch(/ 12$/)
    })
  })

  describe('a closed account', () => {
    test('leaves nothing in the mails that identifies its owner, and pending mails are not sent', async () => {
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
      expect(await n.states()).toEqual([])
    })
  })
})

// Tests of delivery: an unavailable mail server, refused mails, expired codes, a foreign key, and the routes of operators.
import { identityEvents, notificationEvents, orderEvents } from '@cartwright/contracts'
import { sealKeys, type UnderTest } from '@cartwright/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { alice, codeFor, confirmed, customerEmailEvents, delivered, lookup, orderId, userId } from '../../fixtures.ts'
import { admin, type MailServer, type NotificationUnderTest, seal, startNotification } from '../../notification.fixture.ts'

describe('the delivery of mails', () => {
  let n: NotificationUnderTest
  let t: UnderTest
  let smtp: MailServer
  beforeEach(async () => {
    n = await startNotification()
    t = n.t
    smtp = n.smtp
  })
  afterEach(() => n[Symbol.asyncDispose]())

  describe('one-time codes', () => {
    test.each(['verify-email', 'reset-password', 'change-email'] as const)(
      'a code for %s is in clear text only in the mail and in no table',
      async (purpose) => {
        const sealed = await seal(n.sealPublicJwk, '048213', n.inMinutes(10))
        await t.receive(identityEvents.codeRequested, codeFor(purpose, sealed, n.inMinutes(10)), { twice: true })
        expect(smtp.mails).toHaveLength(1)
        expect(smtp.mails[0]?.text.match(/\b\d{6}\b/)?.[0]).toBe('048213')
        expect(smtp.mails[0]?.text).toContain('10 minutes')
        expect(`${smtp.mails[0]?.text}${smtp.mails[0]?.html}`).not.toContain('Hello')
        for (const table of ['message', 'work_item', 'inbox_event', 'outbox_event'])
          expect(JSON.stringify(await t.sql(`SELECT * FROM ${table}`))).not.toContain('048213')
        expect(await t.sql('SELECT state, sealed_code FROM message')).toEqual([{ state: 'sent', sealed_code: null }])
      },
    )

    test('a guest gets the code that leads back to an order', async () => {
      await t.receive(
        orderEvents.lookupRequested,
        lookup(await seal(n.sealPublicJwk, '990017', n.inMinutes(10)), n.inMinutes(10)),
        {
          twice: true,
        },
      )
      expect(smtp.mails).toHaveLength(1)
      expect(smtp.mails[0]?.text.match(/\b\d{6}\b/)?.[0]).toBe('990017')
    })

    test('the mail to an address that has an account carries no code', async () => {
      await t.receive(
        identityEvents.codeRequested,
        codeFor('already-registered', await seal(n.sealPublicJwk, '111222', n.inMinutes(10)), n.inMinutes(10)),
      )
      expect(smtp.mails[0]?.subject).toBe('You already have an account')
      expect(smtp.mails[0]?.text).not.toMatch(/\b\d{6}\b/)
    })

    test('a code that expired while the mail server was down is not sent and is deleted', async () => {
      await smtp.stop()
      await t.receive(
        identityEvents.codeRequested,
        codeFor('verify-email', await seal(n.sealPublicJwk, '555666', n.inMinutes(10)), n.inMinutes(10)),
      )
      expect(await n.states()).toEqual(['pending'])
      await smtp.resume()
      await t.clock.advance('11m')
      await t.idle()
      expect(smtp.mails).toEqual([])
      expect(await t.sql('SELECT state, sealed_code FROM message')).toEqual([{ state: 'expired', sealed_code: null }])
    })

    test('a code whose sealed expiry has passed is not sent, whatever its event says', async () => {
      const sealed = await seal(n.sealPublicJwk, '333444', n.inMinutes(-1))
      await t.receive(identityEvents.codeRequested, codeFor('verify-email', sealed, n.inMinutes(10)))
      expect(smtp.mails).toEqual([])
      expect(await n.states()).toEqual(['expired'])
    })

    test('a code that was sealed for another key fails, and operators see the failure', async () => {
      const stranger = await sealKeys()
      await t.receive(
        identityEvents.codeRequested,
        codeFor('verify-email', await seal(stranger.publicJwk, '777888', n.inMinutes(10)), n.inMinutes(10)),
      )
      expect(await n.states()).toEqual(['failed'])
      expect(await t.published(notificationEvents.deliveryFailed)).toMatchObject([
        { template: 'verify-email', reason: expect.stringContaining('cannot be opened') },
      ])
    })
  })

  describe('an unavailable mail server', () => {
    test('mails wait while the server is down and arrive when it is back', async () => {
      await smtp.stop()
      for (const { deliverTo } of customerEmailEvents) await deliverTo(t)
      for (let minutes = 0; minutes < 10; minutes++) {
        await t.clock.advance('1m')
        await t.idle()
      }
      expect(new Set(await n.states())).toEqual(new Set(['pending']))
      const waiting = await t.as(admin).get('/v1/admin/messages?state=pending&limit=1')
      expect(waiting.body.items[0]).toMatchObject({ state: 'pending', trouble: expect.stringContaining('ECONNREFUSED') })
      expect(waiting.body.items[0].attempts).toBeGreaterThan(3)
      await smtp.resume()
      await t.clock.advance('2m')
      await t.idle()
      expect(smtp.mails).toHaveLength(customerEmailEvents.length)
      expect(new Set(await n.states())).toEqual(new Set(['sent']))
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

    test('a temporarily refused recipient is retried and fails after three days', async () => {
      smtp.refuse({ recipient: 450 })
      await t.receive(orderEvents.confirmed, confirmed)
      expect(await n.states()).toEqual(['pending'])
      await t.clock.advance('71h')
      await t.idle()
      expect(await n.states()).toEqual(['pending'])
      await t.clock.advance('2h')
      await t.idle()
      expect(await n.states()).toEqual(['failed'])
    })

    test('a worker that lost its lease between reading and sending sends nothing, and the worker that took over sends once', async () => {
      await t.sql("CREATE TRIGGER taken_over BEFORE INSERT ON work_item FOR EACH ROW SET NEW.leased_by = 'another'")
      await t.receive(orderEvents.delivered, delivered)
      expect([smtp.mails, await n.states()]).toEqual([[], ['pending']])
      await t.sql('DROP TRIGGER taken_over')
      await t.sql('UPDATE work_item SET leased_by = NULL, leased_until = NULL')
      await t.idle()
      expect([smtp.mails.length, await n.states()]).toEqual([1, ['sent']])
    })

    test('a mail has the same Message-ID at every attempt and another one when it is sent again', async () => {
      await t.receive(orderEvents.delivered, delivered)
      const [{ id }] = await t.sql('SELECT id FROM message')
      expect(smtp.mails[0]?.messageId).toBe(`<${id}@mail.example>`)
      await t.as(admin).post(`/v1/admin/messages/${id}/resend`)
      await t.idle()
      expect(smtp.mails[1]?.messageId).toBe(`<${id}.1@mail.example>`)
    })
  })

  describe('what operators may ask', () => {
    const orderMails = customerEmailEvents.filter(({ name }) => !name.startsWith('identity.'))

    test('the list pages through every mail once, newest first, and filters', async () => {
      for (const { deliverTo } of customerEmailEvents) await deliverTo(t)
      const seen: { id: string; template: string }[] = []
      let cursor = ''
      do {
        const page = await t.as(admin).get(`/v1/admin/messages?limit=3${cursor}`)
        expect(page.status).toBe(200)
        seen.push(...page.body.items)
        cursor = page.body.nextCursor ? `&cursor=${page.body.nextCursor}` : ''
      } while (cursor !== '')
      expect(seen.map(({ template }) => template)).toEqual(customerEmailEvents.map(({ template }) => template).reverse())
      expect((await t.as(admin).get('/v1/admin/messages?template=welcome')).body.items).toHaveLength(1)
      expect((await t.as(admin).get(`/v1/admin/messages?orderId=${orderId}`)).body.items).toHaveLength(orderMails.length)
    })

    test('a text finds mails by recipient, template, order number and order id, page after page', async () => {
      for (const { deliverTo } of customerEmailEvents) await deliverTo(t)
      await t.receive(identityEvents.customerVerified, {
        userId: 'usr_zoe0000001',
        recipient: { email: 'zoe_100%@example.net', name: 'Zoë Müller' },
        locale: 'en',
      })
      const found = async (q: string): Promise<string[]> => {
        const ids: string[] = []
        for (let cursor = ''; ; ) {
          const page = await t.as(admin).get(`/v1/admin/messages?limit=2&q=${encodeURIComponent(q)}${cursor}`)
          expect(page.status).toBe(200)
          ids.push(...page.body.items.map(({ id }: { id: string }) => id))
          if (page.body.nextCursor === null) return ids
          cursor = `&cursor=${page.body.nextCursor}`
        }
      }
      const all = customerEmailEvents.length
      for (const [q, count] of [
        ['alice@', all],
        ['ALICE@EXAMPLE', all],
        ['Müller', 1],
        ['zoe_100%', 1],
        ['%', 1],
        ['_', 1],
        ['order-', orderMails.filter(({ template }) => template.startsWith('order-')).length],
        ['welcome', 2],
        ['cw 7qk4-x', orderMails.length],
        ['7QK4XH2P', orderMails.length],
        ['7QK4XH2Q', 0],
        [orderId, orderMails.length],
        ['抹茶', 0],
        ["'; DROP TABLE message; --", 0],
      ] as const) {
        const ids = await found(q)
        expect([q, ids.length]).toEqual([q, count])
        expect(ids).toEqual([...new Set(ids)].sort().reverse())
      }
      expect((await t.as(admin).get('/v1/admin/messages?q=%20')).status).toBe(400)
    })

    test('only operators may, malformed questions name the field, and an unknown mail is not found', async () => {
      expect((await t.anonymous.get('/v1/admin/messages')).status).toBe(401)
      expect((await t.as({ id: userId, role: 'customer' }).get('/v1/admin/messages')).status).toBe(403)
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
      expect((await t.as({ id: userId, role: 'customer' }).post('/v1/admin/messages/msg_0000000000/resend')).status).toBe(403)
    })

    test('a code that was sent cannot be sent again', async () => {
      await t.receive(
        identityEvents.codeRequested,
        codeFor('verify-email', await seal(n.sealPublicJwk, '123123', n.inMinutes(10)), n.inMinutes(10)),
      )
      const [{ id }] = await t.sql('SELECT id FROM message')
      expect(await t.as(admin).post(`/v1/admin/messages/${id}/resend`)).toMatchObject({ status: 409, body: { code: 'conflict' } })
      expect(smtp.mails).toHaveLength(1)
    })
  })
})

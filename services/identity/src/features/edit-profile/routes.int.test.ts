// Profile routes: changes by the owner, confirmation of a new address, and erasure of a closed account.
import { identityEvents } from '@cartwright/contracts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../../fixtures.ts'

describe('the profile', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity()
  })
  afterAll(() => t.stop())

  const aCustomer = async (email: string) => {
    const { body } = await t.customer(email)
    return { id: String(body.principal.id), role: 'customer', email, refreshToken: String(body.refreshToken) } as const
  }

  test('is read by its owner, who changes name and language', async () => {
    const ann = await aCustomer('ann@example.com')
    expect((await t.as(ann).get('/v1/me')).body).toMatchObject({
      id: ann.id,
      email: 'ann@example.com',
      pendingEmail: null,
      name: 'Some Body',
      locale: 'en',
    })
    expect((await t.as(ann).patch('/v1/me', { name: 'Ann', locale: 'de-AT' })).body).toMatchObject({
      name: 'Ann',
      locale: 'de-AT',
    })
    expect((await t.as(ann).patch('/v1/me', { locale: 'en' })).body).toMatchObject({ name: 'Ann', locale: 'en' })
    expect((await t.as(ann).patch('/v1/me', { name: null })).body).toMatchObject({ name: null, locale: 'en' })
    for (const member of ['locale', 'email']) expect((await t.as(ann).patch('/v1/me', { [member]: null })).status).toBe(400)
    expect((await t.as(ann).patch('/v1/me', { role: 'admin' })).status).toBe(400)
    expect((await t.anonymous.get('/v1/me')).status).toBe(401)
  })

  test('exists for a guest, who has no address to change', async () => {
    const { body } = await t.anonymous.post('/v1/auth/guest')
    const guest = { id: body.principal.id, role: 'guest' } as const
    expect((await t.as(guest).get('/v1/me')).body).toMatchObject({ role: 'guest', email: null })
    expect((await t.as(guest).patch('/v1/me', { email: 'guest@example.com' })).status).toBe(403)
  })

  test('has a new address once the code is confirmed, and the old address is notified', async () => {
    const eve = await aCustomer('eve@example.com')
    expect((await t.as(eve).patch('/v1/me', { email: 'Eve.New@example.com', currentPassword: goodPassword })).body).toMatchObject(
      {
        email: 'eve@example.com',
        pendingEmail: 'eve.new@example.com',
      },
    )
    const code = await t.codeFor('eve.new@example.com', 'change-email')
    expect((await t.as(eve).post('/v1/me/email/confirm', { code: t.wrong(code) })).body.code).toBe('otp_invalid')
    expect((await t.as(eve).post('/v1/me/email/confirm', { code })).body).toMatchObject({
      email: 'eve.new@example.com',
      pendingEmail: null,
    })
    expect((await t.published(identityEvents.emailChanged)).at(-1)).toMatchObject({
      recipient: { email: 'eve.new@example.com' },
      previousRecipient: { email: 'eve@example.com' },
    })
    expect((await t.login('eve@example.com')).status).toBe(401)
    expect((await t.login('eve.new@example.com')).status).toBe(200)
    expect((await t.as(eve).post('/v1/me/email/confirm', { code })).status).toBe(400)
  })

  test('gets the same response for another customer’s address, which cannot be taken; that customer is notified', async () => {
    const [fay] = [await aCustomer('fay@example.com'), await aCustomer('gus@example.com')]
    const answer = await t.as(fay).patch('/v1/me', { email: 'gus@example.com', currentPassword: goodPassword })
    expect(answer.status).toBe(200)
    expect(await t.codesFor('gus@example.com', 'change-email')).toEqual([])
    const told = await t.codeFor('gus@example.com', 'already-registered')
    expect((await t.as(fay).post('/v1/me/email/confirm', { code: told })).status).toBe(400)
  })

  test('can take the address of an unconfirmed registration', async () => {
    const hal = await aCustomer('hal@example.com')
    const squat = (await t.register('squatted@example.com')).body.registrationId
    const squatCode = await t.codeFor('squatted@example.com')
    await t.as(hal).patch('/v1/me', { email: 'squatted@example.com', currentPassword: goodPassword })
    expect(
      (await t.as(hal).post('/v1/me/email/confirm', { code: await t.codeFor('squatted@example.com', 'change-email') })).body
        .email,
    ).toBe('squatted@example.com')
    expect((await t.confirm(squat, squatCode)).body.code).toBe('otp_invalid')
  })

  test('gets the address when its customer confirms it first', async () => {
    const [ida, jon] = [await aCustomer('ida@example.com'), await aCustomer('jon@example.com')]
    for (const person of [ida, jon])
      await t.as(person).patch('/v1/me', { email: 'wanted@example.com', currentPassword: goodPassword })
    const [first = '', second = ''] = await t.codesFor('wanted@example.com', 'change-email')
    expect((await t.as(jon).post('/v1/me/email/confirm', { code: second })).status).toBe(200)
    expect((await t.as(ida).post('/v1/me/email/confirm', { code: first })).body.code).toBe('email_taken')
  })

  test('is erased when the account is closed, which ends its sessions and frees its address', async () => {
    const kim = await aCustomer('kim.unique@example.com')
    await t
      .as(kim)
      .post('/v1/me/addresses', { name: 'Kim Unique', line1: '1 Unique Street', city: 'Graz', postalCode: '8010', country: 'AT' })
    await t.as(kim).patch('/v1/me', { email: 'kim.unique.new@example.com', currentPassword: goodPassword })
    const close = () => t.as(kim).del('/v1/me', { body: { currentPassword: goodPassword } })
    expect((await close()).status).toBe(204)
    expect((await close()).status).toBe(404)
    expect((await t.as(kim).get('/v1/me')).status).toBe(404)
    expect((await t.as(kim).get('/v1/me/addresses')).body.items).toEqual([])
    expect((await t.anonymous.post('/v1/auth/refresh', { refreshToken: kim.refreshToken })).status).toBe(401)
    expect((await t.login('kim.unique@example.com')).status).toBe(401)
    for (const table of ['user_account', 'address', 'one_time_code', 'refresh_token', 'code_budget', 'login_throttle']) {
      expect(JSON.stringify(await t.sql(`SELECT * FROM ${table}`)).toLowerCase()).not.toContain('unique')
    }
    expect((await t.published(identityEvents.accountClosed)).map((event) => event.userId)).toContain(kim.id)
    const again = await aCustomer('kim.unique@example.com')
    expect(again.id).not.toBe(kim.id)
  })
})

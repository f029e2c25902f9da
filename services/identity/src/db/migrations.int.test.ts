// Migration from an older release: addresses get their normal form, no accounts are merged, and pending registrations stay.
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, migrate } from '@cartwright/db'
import { checkedEachSecond, contradicted, testSchema } from '@cartwright/testing'
import { hashSync } from 'bcryptjs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodPassword, type IdentityUnderTest, startIdentity } from '../fixtures.ts'

const migrations = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))
const admin = { id: 'usr_00root00', role: 'admin' } as const
const schema = testSchema('identity')
let t: IdentityUnderTest

/** Migrations of the release before addresses had a normal form. */
const olderMigrations = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'identity-migrations-'))
  for (const name of await readdir(migrations))
    if (name < '20261129021500_one_spelling') await cp(join(migrations, name), join(folder, name), { recursive: true })
  return folder
}

const people: [id: string, email: string, verified: boolean, blocked: boolean][] = [
  ['usr_00root00', 'root@example.com', true, false],
  ['usr_01bob000', 'Bob@Example.com', true, false],
  ['usr_02mixed0', 'info@bücher.example', true, false],
  ['usr_03plain0', 'info@xn--bcher-kva.example', true, false],
  ['usr_04accent', 'zoë@example.com', true, false],
  ['usr_05blank0', ' dora@example.com', true, false],
  ['usr_06exact0', 'dora@example.com', true, false],
  ['usr_07idn000', 'Kontakt@Grün.example', true, false],
  ['usr_08waits0', 'waits@example.com', false, false],
  ['usr_09barred', 'barred@example.com', false, true],
  ['usr_10hidden', 'hid\u0007den@example.com', true, false],
]

beforeAll(async () => {
  const folder = await olderMigrations()
  await migrate(schema.url, [{ folder, table: '_prisma_migrations' }])
  await rm(folder, { recursive: true })
  const connection = await connect(schema.url)
  const hash = hashSync(goodPassword, 4)
  for (const [id, email, verified, blocked] of people) {
    await connection.query(
      `INSERT INTO user_account (id, role, email, name, password_hash, verified_at, blocked_at, created_at)
       VALUES (?, ?, ?, 'Some Body', ?, IF(?, UTC_TIMESTAMP(6), NULL), IF(?, UTC_TIMESTAMP(6), NULL), UTC_TIMESTAMP(6))`,
      [id, id === admin.id ? 'admin' : 'customer', email, verified ? hash : null, verified, blocked],
    )
  }
  await connection.query(
    `INSERT INTO one_time_code (id, user_id, purpose, code_hmac, pending_password_hash, pending_name, mailed, created_at, expires_at)
     VALUES ('otc_waits', 'usr_08waits0', 'verify-email', REPEAT('0', 64), ?, 'Wanda', TRUE, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`,
    [hash],
  )
  await connection.end()
  t = await startIdentity({ ...checkedEachSecond, IDENTITY_DATABASE_URL: schema.url })
}, 30_000)
afterAll(async () => {
  await t?.stop()
  await schema.drop()
})

const userAt = async (email: string): Promise<string | null> => {
  const answer = await t.login(email)
  return answer.status === 200 ? answer.body.principal.id : null
}

test.each([
  ['bob@example.com', 'usr_01bob000'],
  ['BOB@EXAMPLE.COM', 'usr_01bob000'],
  ['info@bücher.example', 'usr_03plain0'],
  ['info@XN--BCHER-KVA.example', 'usr_03plain0'],
  ['dora@example.com', 'usr_06exact0'],
  [' dora@example.com ', 'usr_06exact0'],
  ['kontakt@grün.example', 'usr_07idn000'],
  [`kontakt@${new URL('http://grün.example').hostname}`, 'usr_07idn000'],
])('%s signs in as %s', async (email, id) => {
  expect(await userAt(email)).toBe(id)
})

test('accounts whose address collides or has no normal form keep their rows and are reported, not merged', async () => {
  const { body } = await t.as(admin).get('/v1/admin/users?unreachable=true')
  expect(body.items.map((user: { id: string; email: string }) => [user.id, user.email])).toEqual([
    ['usr_10hidden', 'hid\u0007den@example.com'],
    ['usr_05blank0', ' dora@example.com'],
    ['usr_04accent', 'zoë@example.com'],
    ['usr_02mixed0', 'info@bücher.example'],
  ])
  const found = await t.as(admin).get(`/v1/admin/users?q=${encodeURIComponent('zoë@')}`)
  expect(found.body.items.map((user: { id: string }) => user.id)).toEqual(['usr_04accent'])
  expect((await t.as({ id: 'usr_04accent', role: 'customer' }).get('/v1/me')).body.email).toBe('zoë@example.com')
  await t.clock.advance('61s')
  await t.idle()
  expect(await contradicted(t)).toEqual(['A1-one-address-one-account'])
})

test('an account is no longer reported after its owner confirms a new address', async () => {
  const zoe = { id: 'usr_04accent', role: 'customer' } as const
  await t.as(zoe).patch('/v1/me', { email: 'Zoe@Example.com', currentPassword: goodPassword })
  const code = await t.codeFor('zoe@example.com', 'change-email')
  expect((await t.as(zoe).post('/v1/me/email/confirm', { code })).body.email).toBe('zoe@example.com')
  expect(await userAt('zoe@example.com')).toBe('usr_04accent')
  expect(await t.sql(`SELECT kept_email FROM user_account WHERE id = 'usr_04accent'`)).toEqual([{ kept_email: null }])
})

test('a pending registration can still be confirmed after the migration', async () => {
  const { body } = await t.login('waits@example.com')
  expect(body).toMatchObject({ code: 'email_unverified', registrationId: 'reg_08waits0' })
  await t.anonymous.post('/v1/auth/resend', { registrationId: body.registrationId })
  const confirmed = await t.confirm(body.registrationId, await t.codeFor('waits@example.com'))
  expect(confirmed.body.principal).toEqual({ id: 'usr_08waits0', role: 'customer' })
  expect((await t.as({ id: 'usr_08waits0', role: 'customer' }).get('/v1/me')).body.name).toBe('Wanda')
})

test('a registration that an operator blocked stays blocked after the migration', async () => {
  const { registrationId } = (await t.register('barred@example.com')).body
  expect(await t.codesFor('barred@example.com', 'verify-email')).toEqual([])
  expect((await t.confirm(registrationId, '123456')).body.code).toBe('otp_invalid')
})

test('email addresses are compared byte by byte in every table', async () => {
  const columns =
    await t.sql(`SELECT table_name AS tab, column_name AS col, collation_name AS coll FROM information_schema.columns
    WHERE table_schema = DATABASE() AND column_name LIKE '%email%'`)
  expect(columns.length).toBeGreaterThan(4)
  for (const { coll } of columns) expect(coll).toMatch(/_bin$/)
})

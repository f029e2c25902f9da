// `create-admin` against a real schema: it creates one admin, with a strong password that is never in the command line.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { identityService } from '@cartwright/identity'
import { sealKeys, startUnderTest, type TestSchema, testSchema, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const good = 'a first one for this shop 9'
let t: UnderTest
let empty: TestSchema
let databaseUrl: string

beforeAll(async () => {
  const { publicJwk } = await sealKeys()
  const schema = testSchema('createadmin')
  databaseUrl = schema.url
  empty = testSchema('createadminempty')
  t = await startUnderTest(identityService, {
    env: {
      IDENTITY_DATABASE_URL: databaseUrl,
      IDENTITY_KEY_SECRET: 'development-key-secret',
      IDENTITY_OTP_SECRET: 'development-otp-secret',
      IDENTITY_BCRYPT_COST: '4',
      SEAL_PUBLIC_JWK: publicJwk,
    },
  })
})
afterAll(async () => {
  await t.stop()
  await empty.drop()
})

interface Run {
  code: number
  out: string
  said: string
}
const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Run> =>
  new Promise((resolve) => {
    const options = { env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', IDENTITY_DATABASE_URL: databaseUrl, ...env } }
    const child = execFile(process.execPath, [main, 'create-admin', ...args], options, (error, out, said) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, said }),
    )
    child.stdin?.end()
  })
const login = (email: string, password: string) => t.anonymous.post('/v1/auth/login', { email, password })

test('makes an admin who can sign in, once, and leaves a trace', async () => {
  const made = await run(['  Owner@Example.com', '--name', 'Olga Owner', '--json'], { OPS_NEW_PASSWORD: good })
  expect(made).toMatchObject({ code: 0, said: '' })
  const { id } = JSON.parse(made.out)
  expect(JSON.parse(made.out)).toEqual({ id, email: 'owner@example.com', promoted: false })
  expect(await login('owner@example.com', good)).toMatchObject({ status: 200, body: { principal: { id, role: 'admin' } } })
  expect(await t.sql(`SELECT actor, action, reason, state_after FROM audit_entry WHERE target = '${id}'`)).toEqual([
    { actor: 'ops', action: 'security.admin_created', reason: 'from the command line', state_after: '{"role":"admin"}' },
  ])
  const again = await run(['owner@example.com'], { OPS_NEW_PASSWORD: 'another good one 123' })
  expect(again).toMatchObject({ code: 1, out: '' })
  expect(again.said).toContain('has an account already')
  expect((await login('owner@example.com', good)).status).toBe(200)
})

test('draws a password on demand and shows it once', async () => {
  const made = await run(['second@example.com', '--generate', '--json'])
  expect(made.code).toBe(0)
  const { password } = JSON.parse(made.out)
  expect(password).toMatch(/^[\w-]{24}$/)
  expect((await login('second@example.com', password)).body.principal.role).toBe('admin')
})

test('promotes an account that is verified, and none that is not there, not verified or blocked', async () => {
  await t.sql(`INSERT INTO user_account (id, role, email, locale, verified_at, blocked_at, created_at) VALUES
    ('usr_00verified', 'customer', 'verified@example.com', 'en', UTC_TIMESTAMP(6), NULL, UTC_TIMESTAMP(6)),
    ('usr_00unproven', 'customer', 'unproven@example.com', 'en', NULL, NULL, UTC_TIMESTAMP(6)),
    ('usr_00blocked0', 'customer', 'blocked@example.com', 'en', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`)
  expect((await run(['verified@example.com', '--promote'])).code).toBe(0)
  for (const email of ['unproven@example.com', 'blocked@example.com', 'unknown@example.com'])
    expect((await run([email, '--promote'])).code).toBe(1)
  expect(await t.sql("SELECT id FROM user_account WHERE role = 'admin' AND id LIKE 'usr\\_00%'")).toEqual([
    { id: 'usr_00verified' },
  ])
})

test.each<[string, string[], Record<string, string>, number, string]>([
  ['a weak password', ['a@example.com'], { OPS_NEW_PASSWORD: 'password' }, 1, 'password'],
  ['the own address as password', ['a.long.one@example.com'], { OPS_NEW_PASSWORD: 'a.long.one@example.com' }, 1, 'password'],
  ['no e-mail address', ['not-an-address'], { OPS_NEW_PASSWORD: good }, 1, 'e-mail address'],
  ['no argument', [], { OPS_NEW_PASSWORD: good }, 2, 'takes <email>'],
  ['a password as argument', ['a@example.com', good], {}, 2, 'takes <email>'],
  ['no password and no terminal', ['a@example.com'], {}, 2, 'OPS_NEW_PASSWORD'],
  ['two ways at once', ['a@example.com', '--generate', '--promote'], {}, 2, 'either'],
  [
    'no database',
    ['a@example.com', '--generate'],
    { IDENTITY_DATABASE_URL: '', SHOP_DATA_DIR: '/nonexistent' },
    1,
    'IDENTITY_DATABASE_URL',
  ],
])('refuses %s in one line', async (_, args, env, code, says) => {
  const refused = await run(args, env)
  expect(refused).toMatchObject({ code, out: '' })
  expect(refused.said).toContain(says)
  expect(refused.said).not.toContain('    at ')
  expect(await t.sql("SELECT id FROM user_account WHERE email LIKE 'a%@example.com'")).toEqual([])
})

test('create-admin says what to do when identity has no tables yet, and prints help without a shop', async () => {
  const early = await run(['first@example.com', '--generate'], { IDENTITY_DATABASE_URL: empty.url })
  expect(early).toMatchObject({ code: 1, out: '' })
  expect(early.said).toContain('start the shop once')
  const help = await run(['--help'], { IDENTITY_DATABASE_URL: '' })
  expect(help).toMatchObject({ code: 0 })
  for (const option of ['--name', '--generate', '--promote', 'OPS_NEW_PASSWORD']) expect(help.out).toContain(option)
})

// Production check: it reports each problem alone, all problems at once, and none for a valid configuration.
import { ConfigError, type Environment } from '@cartwright/service-kit'
import { describe, expect, test } from 'vitest'
import { productionProblems, readShopConfig } from './production.ts'
import { allServices } from './start-shop.ts'

const strong = (name: string) => `${name}-Zk3vT9qLw7Xr2Nf8Jh5Pd1Sb6Gc4My0`

/** A valid configuration for production. */
const sound: Environment = {
  NODE_ENV: 'production',
  INTERNAL_AUTH_SECRET: strong('internal'),
  IDENTITY_KEY_SECRET: strong('key'),
  IDENTITY_OTP_SECRET: strong('otp'),
  STRIPE_SECRET_KEY: 'sk_live_4eC39HqLyjWDarjtT1zdp7dcXk29',
  STRIPE_WEBHOOK_SECRETS: 'whsec_Ab3dEf6hIj9kLmNoPqRsTuVwXyZ01234,whsec_4321Ab3dEf6hIj9kLmNoPqRsTuVwXyZ0',
  SMTP_URL: 'smtps://user:pass@mail.shop.test:465',
  ADMIN_ALERT_EMAIL: 'ops@shop.test',
}

/** The valid environment with a change; `undefined` removes a variable. */
const changed = (change: Environment): Environment =>
  Object.fromEntries(Object.entries({ ...sound, ...change }).filter(([, value]) => value !== undefined))

/** A change, and the text of the line that reports it. */
const reasons: [name: string, change: Environment, line: RegExp][] = [
  ['a weak internal secret', { INTERNAL_AUTH_SECRET: 'short' }, /^INTERNAL_AUTH_SECRET has 5 bytes, but must have at least 32$/],
  ['a secret of 31 bytes', { IDENTITY_KEY_SECRET: strong('x').slice(0, 31) }, /^IDENTITY_KEY_SECRET has 31 bytes/],
  ['a secret of one character', { IDENTITY_OTP_SECRET: 'a'.repeat(64) }, /^IDENTITY_OTP_SECRET repeats a few characters/],
  ['a development secret', { IDENTITY_OTP_SECRET: `development-${strong('x')}` }, /^IDENTITY_OTP_SECRET is a development secret/],
  ['a secret that is left out', { INTERNAL_AUTH_SECRET: undefined }, /^INTERNAL_AUTH_SECRET is a development secret/],
  ['another that is left out', { IDENTITY_KEY_SECRET: '' }, /^IDENTITY_KEY_SECRET /],
  ['no mail server', { SMTP_URL: undefined }, /^SMTP_URL is missing: the mailbox/],
  ['no Stripe', { STRIPE_SECRET_KEY: undefined }, /^STRIPE_SECRET_KEY is missing: the Stripe sandbox/],
  ['the key of the sandbox', { STRIPE_SECRET_KEY: 'sk_test_sandbox' }, /^STRIPE_SECRET_KEY has 15 bytes/],
  ['the sandbox by its address', { STRIPE_API_BASE: 'http://127.0.0.1:12111' }, /^STRIPE_API_BASE is for development only/],
  ['no signing secret', { STRIPE_WEBHOOK_SECRETS: '' }, /^STRIPE_WEBHOOK_SECRETS is missing/],
  [
    'one weak signing secret of two',
    { STRIPE_WEBHOOK_SECRETS: `${strong('whsec')},whsec_1` },
    /^STRIPE_WEBHOOK_SECRETS has 7 bytes/,
  ],
  ['cheap passwords', { IDENTITY_BCRYPT_COST: '11' }, /^IDENTITY_BCRYPT_COST is 11, but must be at least 12$/],
  ['development data', { SEED_DEVELOPMENT_DATA: 'true' }, /^SEED_DEVELOPMENT_DATA is for development only/],
  ['a crash point', { CRASH_POINT: 'before-answer' }, /^CRASH_POINT is for development only/],
  [
    'the mailbox on the start page',
    { GATEWAY_MAILBOX_URL: 'http://localhost:8025' },
    /^GATEWAY_MAILBOX_URL is for development only/,
  ],
  [
    'the sandbox on the start page',
    { GATEWAY_STRIPE_SANDBOX_URL: 'http://x' },
    /^GATEWAY_STRIPE_SANDBOX_URL is for development only/,
  ],
  ['prod', { NODE_ENV: 'prod' }, /^NODE_ENV is prod, but must be development or test or production$/],
  ['Production', { NODE_ENV: 'Production' }, /^NODE_ENV is Production, but/],
  ['a blank behind it', { NODE_ENV: 'production ' }, /^NODE_ENV is production , but/],
  ['staging', { NODE_ENV: 'staging' }, /^NODE_ENV is staging, but/],
  ['an unknown variable', { ORDER_TIMEOUT: '5' }, /^ORDER_TIMEOUT is not a variable of order$/],
]

describe('production', () => {
  test('takes a shop that is set up for it, and development takes one that is not', async () => {
    expect(productionProblems(sound, allServices)).toEqual([])
    expect(await readShopConfig(sound)).toMatchObject({ smtpUrl: sound.SMTP_URL })
    for (const NODE_ENV of ['development', 'test', '', undefined])
      expect(await readShopConfig({ NODE_ENV, INTERNAL_AUTH_SECRET: 'short' })).toMatchObject({ smtpUrl: null })
  })

  test.each(reasons)('refuses %s in one line', async (_, change, line) => {
    expect(productionProblems(changed(change), allServices)).toEqual([expect.stringMatching(line)])
    await expect(readShopConfig(changed(change))).rejects.toThrow(ConfigError)
  })

  test('names all reasons at once, each once', () => {
    const everything: Environment = Object.assign({}, ...reasons.map(([, change]) => change))
    const problems = productionProblems(changed(everything), allServices)
    const names = problems.map((problem) => problem.split(' ')[0])
    expect(new Set(names).size).toBe(names.length)
    expect(names.toSorted()).toEqual([...new Set(reasons.map(([, change]) => Object.keys(change)[0]))].toSorted())
  })
})

// Tests of the clients of SendGrid and Mailgun against their documented APIs: what they send, and what each refusal means.
import { PermanentFailure, RetryLater } from '@cartwright/messaging'
import { ConfigError, type Environment, readConfig, systemClock } from '@cartwright/service-kit'
import { type FakeMailgun, type FakeSendGrid, startFakeMailgun, startFakeSendGrid } from '@cartwright/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { config } from '../config.ts'
import type { OutgoingMail } from './mailer.ts'
import { openMailer, readWebhookKeys } from './open-mailer.ts'

const needed = {
  NOTIFICATION_DATABASE_URL: 'mysql://127.0.0.1/x',
  ADMIN_ALERT_EMAIL: 'operators@example.com',
  SEAL_PRIVATE_JWK: '{}',
  MAIL_FROM: 'Cartwright, the shop <shop@mail.example>',
  MAIL_REPLY_TO: 'help@mail.example',
  NOTIFICATION_SMTP_TIMEOUT_MS: '2000',
}
const read = (env: Environment) => readConfig('notification', 'NOTIFICATION_', config, { ...needed, ...env })
const mailerOf = (env: Environment) => openMailer(read(env), 'Harbour Goods', systemClock)

const mail: OutgoingMail = {
  key: 'msg_01m8mk6m2h.2',
  to: { address: 'alice@example.com', name: 'Alice "Ally" Archer, Ltd.' },
  subject: 'Ihre Bestellung CW-7QK4 – 抹茶',
  text: 'Hello Alice\n',
  html: '<p>Hello <b>Alice</b></p>',
}

let sendGrid: FakeSendGrid
let mailgun: FakeMailgun
beforeAll(async () => {
  sendGrid = await startFakeSendGrid()
  mailgun = await startFakeMailgun()
})
afterEach(() => {
  sendGrid.fail(null)
  mailgun.fail(null)
})
afterAll(async () => {
  await sendGrid[Symbol.asyncDispose]()
  await mailgun[Symbol.asyncDispose]()
})

describe.each([
  { name: 'SendGrid', fake: () => sendGrid, toName: '', keyName: 'SENDGRID_API_KEY' },
  { name: 'Mailgun', fake: () => mailgun, toName: mail.to.name, keyName: 'MAILGUN_API_KEY' },
])('$name', ({ name, fake, toName, keyName }) => {
  const failureOf = async (env: Environment = {}): Promise<Error> => {
    const mailer = mailerOf({ ...fake().env, ...env })
    try {
      await mailer.send(mail)
    } catch (error) {
      if (error instanceof Error) return error
      throw error
    } finally {
      mailer.close()
    }
    throw new Error('the mail was taken')
  }

  test('takes HTML and text, both addresses, and a Message-ID and a variable that are the same at every attempt', async () => {
    const mailer = mailerOf(fake().env)
    for (let attempt = 0; attempt < 2; attempt++) await mailer.send(mail)
    mailer.close()
    const taken = fake().mailsTo(mail.to.address)
    expect(taken).toHaveLength(2)
    expect(taken[0]).toMatchObject({
      from: 'shop@mail.example',
      replyTo: 'help@mail.example',
      toName,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      headers: { 'message-id': '<msg_01m8mk6m2h.2@mail.example>', 'auto-submitted': 'auto-generated' },
      variables: { cartwright_mail: mail.key },
    })
    expect(taken[1]).toEqual(taken[0])
  })

  test.each([400, 413, 422])('refuses a mail for good with %i, and the error names no address', async (status) => {
    const message = 'the address alice@example.com is not valid'
    fake().fail({ status, body: { message, errors: [{ message, field: 'personalizations.0.to.0.email' }] } })
    const error = await failureOf()
    expect(error).toBeInstanceOf(PermanentFailure)
    expect(error.message).toContain(`(${status}: the address … is not valid`)
    expect(error.message).not.toContain('alice')
  })

  test.each([
    [{ 'retry-after': '120' }, 120],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:10:00 GMT', date: 'Thu, 01 Jan 2026 00:00:00 GMT' }, 600],
    [{ 'x-ratelimit-reset': '1767225690', date: 'Thu, 01 Jan 2026 00:00:00 GMT' }, 90],
    [{}, 60],
    [{ 'retry-after': '999999' }, 3600],
  ])('limits the rate: the mail waits as long as %o says', async (headers, afterSec) => {
    fake().fail({ status: 429, headers, body: { message: 'too many requests', errors: [] } })
    const error = await failureOf()
    expect(error).toBeInstanceOf(RetryLater)
    expect(error).toMatchObject({ afterSec })
  })

  test.each([500, 502, 503, 404, 301, 402])('is not available with %i: the mail is tried again', async (status) => {
    fake().fail({ status, body: 'an HTML page, perhaps' })
    const error = await failureOf()
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expect(error.message).toContain(`${name} cannot take the mail now (${status}`)
  })

  test('refuses a wrong key: the error names the variable and not the key, and the mail is tried again', async () => {
    const error = await failureOf({ [keyName]: 'wrong-key-0123456789' })
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expect(error.message).toContain(keyName)
    expect(error.message).not.toContain('wrong-key')
  })

  test('does not answer in time, cuts the connection, or cannot be reached: the mail is tried again', async () => {
    fake().fail('cut')
    expect((await failureOf()).message).toContain(`${name} cannot be reached`)
    fake().fail('hang')
    expect((await failureOf({ NOTIFICATION_SMTP_TIMEOUT_MS: '200' })).message).toContain(`${name} cannot be reached`)
    const nowhere = { SENDGRID_API_BASE: 'http://127.0.0.1:1', MAILGUN_API_BASE: 'http://127.0.0.1:1' }
    expect((await failureOf(nowhere)).message).toContain(`${name} cannot be reached`)
  })
})

test.each([
  [() => sendGrid.env, { status: 400, body: { errors: [{ message: 'not a verified sender', field: 'from' }] } }, () => sendGrid],
  [() => mailgun.env, { status: 400, body: { message: "'from' parameter is not a valid address" } }, () => mailgun],
  [() => ({ ...mailgun.env, MAILGUN_DOMAIN: 'other.example' }), null, () => mailgun],
] as const)('a refused sender concerns the configuration, so the mail is tried again', async (env, failure, fake) => {
  fake().fail(failure)
  const mailer = mailerOf(env())
  const error: unknown = await mailer.send(mail).catch((reason: unknown) => reason)
  mailer.close()
  expect(error).not.toBeInstanceOf(PermanentFailure)
  expect(error).toMatchObject({ message: expect.stringContaining('MAIL_FROM') })
})

test('an answer of Mailgun that names no mail is no success', async () => {
  mailgun.fail({ status: 200, body: 'Mailgun Magnificent API' })
  const mailer = mailerOf(mailgun.env)
  await expect(mailer.send(mail)).rejects.toThrow('MAILGUN_API_BASE')
  mailer.close()
})

describe('the configuration', () => {
  const problemsOf = (env: Environment): readonly string[] => {
    try {
      readWebhookKeys(read(env))
      mailerOf(env).close()
      return []
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
  }

  test.each([
    [{}, ['SMTP_URL is missing: NOTIFICATION_MAIL_PROVIDER is smtp']],
    [
      { NOTIFICATION_MAIL_PROVIDER: 'sendgrid' },
      ['SENDGRID_API_KEY', 'SENDGRID_WEBHOOK_KEYS'].map((name) => `${name} is missing: NOTIFICATION_MAIL_PROVIDER is sendgrid`),
    ],
    [
      { NOTIFICATION_MAIL_PROVIDER: 'mailgun', MAILGUN_API_KEY: 'k' },
      ['MAILGUN_DOMAIN', 'MAILGUN_WEBHOOK_KEYS'].map((name) => `${name} is missing: NOTIFICATION_MAIL_PROVIDER is mailgun`),
    ],
    [{ NOTIFICATION_MAIL_PROVIDER: 'fax' }, ['NOTIFICATION_MAIL_PROVIDER is fax, but must be smtp or sendgrid or mailgun']],
    [{ SENDGRID_API_BASE: 'ftp://x' }, ['SENDGRID_API_BASE must be an https:// address without a path']],
    [{ MAILGUN_API_BASE: 'https://api.mailgun.net/v3' }, ['MAILGUN_API_BASE must be an https:// address without a path']],
    [
      { SMTP_URL: 'smtp://x', MAIL_FROM: 'Cartwright' },
      ['MAIL_FROM must hold an e-mail address, such as `Name <shop@example.com>`'],
    ],
    [
      { SENDGRID_WEBHOOK_KEYS: 'bm8ga2V5' },
      ['SENDGRID_WEBHOOK_KEYS must hold the verification key of SendGrid’s signed event webhook, in base64'],
    ],
    [
      {
        NODE_ENV: 'production',
        SMTP_URL: 'smtp://x',
        SENDGRID_API_BASE: 'http://127.0.0.1:9',
        SEAL_PRIVATE_JWK: 'abcdefghijklmnopqrstuvwxyz0123456789',
      },
      ['SENDGRID_API_BASE must start with https://'],
    ],
  ])('%o is refused with one line for each problem', (env, problems) => {
    expect(problemsOf(env)).toEqual(problems)
  })
})

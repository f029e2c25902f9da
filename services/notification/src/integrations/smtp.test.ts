// Tests of the SMTP client: which failures concern one mail and which the server, and that errors hold no address.
import { PermanentFailure } from '@cartwright/messaging'
import { ConfigError, systemClock } from '@cartwright/service-kit'
import { describe, expect, test } from 'vitest'
import { Deferred, withoutAddresses } from './mailer.ts'
import { classifyFailure, smtpMailer } from './smtp.ts'

const failure = (fields: object) => Object.assign(new Error('550 5.1.1 <alice@example.com>: unknown'), fields)

describe('a failed delivery', () => {
  test.each([
    { code: 'EENVELOPE', command: 'RCPT TO', permanent: true },
    { code: 'EMESSAGE', command: 'DATA', permanent: true },
    { code: 'EENVELOPE', command: 'API' },
  ])('is permanent when the server refuses this recipient or this mail for good: %o', (fields) => {
    expect(classifyFailure(failure(fields))).toBeInstanceOf(PermanentFailure)
  })

  test.each([
    { code: 'EENVELOPE', command: 'RCPT TO', permanent: false },
    { code: 'EMESSAGE', command: 'DATA', permanent: false },
  ])('is deferred when the server refuses it temporarily: %o', (fields) => {
    expect(classifyFailure(failure(fields))).toBeInstanceOf(Deferred)
  })

  test.each([
    { code: 'ESOCKET' },
    { code: 'ETIMEDOUT' },
    { code: 'EAUTH', permanent: true },
    { code: 'EENVELOPE', command: 'MAIL FROM', permanent: true },
    { code: 'ECONNECTION', permanent: true },
  ])('is retried when the server or the configuration is the cause: %o', (fields) => {
    const error = classifyFailure(failure(fields))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expect(error).not.toBeInstanceOf(Deferred)
  })

  test('holds neither an address nor the original error', () => {
    const error = classifyFailure(
      failure({ code: 'EMESSAGE', permanent: true, rejected: ['alice@example.com'], recipient: 'alice@example.com' }),
    )
    expect(error.message).toBe('550 5.1.1 <…>: unknown')
    expect(JSON.stringify({ ...error, cause: error.cause })).not.toContain('alice')
    expect(withoutAddresses('for "bob@example.com", not carol@example.org;')).toBe('for "…", not …;')
  })
})

test.each(['http://mail.example', 'nonsense'])('the service refuses to start with an invalid mail server: %s', (url) => {
  const from = { address: 'shop@mail.example', name: '' }
  expect(() => smtpMailer({ url, ca: null, from, replyTo: null, timeoutMs: 1000, clock: systemClock })).toThrow(ConfigError)
})

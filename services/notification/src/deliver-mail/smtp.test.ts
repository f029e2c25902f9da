// Which failures are about one mail and which are about the server, and that none of them carries an address on.
import { PermanentFailure } from '@cartwright/messaging'
import { ConfigError, systemClock } from '@cartwright/service-kit'
import { describe, expect, test } from 'vitest'
import { classified, Deferred, smtpMailer, withoutAddresses } from './smtp.ts'

const failure = (fields: object) => Object.assign(new Error('550 5.1.1 <alice@example.com>: unknown'), fields)

describe('a failed delivery', () => {
  test.each([
    { code: 'EENVELOPE', command: 'RCPT TO', permanent: true },
    { code: 'EMESSAGE', command: 'DATA', permanent: true },
    { code: 'EENVELOPE', command: 'API' },
  ])('is permanent when the server refuses this recipient or this mail for good: %o', (fields) => {
    expect(classified(failure(fields))).toBeInstanceOf(PermanentFailure)
  })

  test.each([
    { code: 'EENVELOPE', command: 'RCPT TO', permanent: false },
    { code: 'EMESSAGE', command: 'DATA', permanent: false },
  ])('is deferred when the server refuses it for now: %o', (fields) => {
    expect(classified(failure(fields))).toBeInstanceOf(Deferred)
  })

  test.each([
    { code: 'ESOCKET' },
    { code: 'ETIMEDOUT' },
    { code: 'EAUTH', permanent: true },
    { code: 'EENVELOPE', command: 'MAIL FROM', permanent: true },
    { code: 'ECONNECTION', permanent: true },
  ])('is trouble that passes when server or configuration is to blame: %o', (fields) => {
    const error = classified(failure(fields))
    expect(error).not.toBeInstanceOf(PermanentFailure)
    expect(error).not.toBeInstanceOf(Deferred)
  })

  test('never carries an address or the original error on', () => {
    const error = classified(
      failure({ code: 'EMESSAGE', permanent: true, rejected: ['alice@example.com'], recipient: 'alice@example.com' }),
    )
    expect(error.message).toBe('550 5.1.1 <…>: unknown')
    expect(JSON.stringify({ ...error, cause: error.cause })).not.toContain('alice')
    expect(withoutAddresses('for "bob@example.com", not carol@example.org;')).toBe('for "…", not …;')
  })
})

test.each([{ url: 'http://mail.example' }, { url: 'nonsense' }, { from: 'Cartwright' }])(
  'a mail server or sender that makes no sense is refused at start: %o',
  (given) => {
    expect(() =>
      smtpMailer({ url: 'smtp://mail.example', from: 'shop@mail.example', timeoutMs: 1000, clock: systemClock, ...given }),
    ).toThrow(ConfigError)
  },
)

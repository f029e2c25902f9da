// Tests of the SMTP client against a server that demands TLS and a password.
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { PermanentFailure } from '@cartwright/messaging'
import { systemClock } from '@cartwright/service-kit'
import { testCertificates } from '@cartwright/testing'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { smtpMailer } from './smtp.ts'

let certificates: Awaited<ReturnType<typeof testCertificates>>
let server: SMTPServer
let port: number
let taken = 0
beforeAll(async () => {
  certificates = await testCertificates()
  server = new SMTPServer({
    secure: true,
    cert: readFileSync(certificates.certFile),
    key: readFileSync(certificates.keyFile),
    disableReverseLookup: true,
    onAuth: ({ username, password }, _, done) =>
      username === 'shop' && password === 'hunter2' ? done(null, { user: username }) : done(new Error('Invalid login')),
    onData: (stream, _, done) => {
      taken += 1
      stream.resume().on('end', () => done())
    },
  })
  // A client that refuses the certificate ends the connection.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.server.address() as AddressInfo).port
})
afterAll(async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()))
  certificates[Symbol.dispose]()
})

const send = async (password: string, caFile: string | null): Promise<void> => {
  const mailer = smtpMailer({
    url: `smtps://shop:${password}@localhost:${port}`,
    ca: caFile === null ? null : readFileSync(caFile, 'utf8'),
    from: { address: 'shop@mail.example', name: '' },
    replyTo: null,
    timeoutMs: 5000,
    clock: systemClock,
  })
  const to = { address: 'alice@example.com', name: '' }
  try {
    await mailer.send({ key: 'msg_1', to, subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' })
  } finally {
    mailer.close()
  }
}

test('a mail is sent over TLS to a server whose authority is configured', async () => {
  await send('hunter2', certificates.caFile)
  expect(taken).toBe(1)
})

test.each([
  ['a wrong password', 'wrong-secret', 'caFile', /Invalid login/],
  ['an unknown authority', 'hunter2', 'unknownCaFile', /certificate/],
  ['an authority that the system does not know', 'hunter2', null, /certificate/],
] as const)('%s is an error without a secret, and the mail is tried again', async (_, password, authority, reason) => {
  const error: unknown = await send(password, authority === null ? null : certificates[authority]).catch(
    (failure: unknown) => failure,
  )
  expect(error).not.toBeInstanceOf(PermanentFailure)
  expect(error).toMatchObject({ message: expect.stringMatching(reason) })
  expect((error as Error).message).not.toContain('wrong-secret')
})

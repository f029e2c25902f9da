// Starts notification under test with a real SMTP server, and seals codes as identity and order do.
import type { AddressInfo } from 'node:net'
import { codeMaker, type Environment } from '@cartwright/service-kit'
import { sealKeys, startUnderTest, type UnderTest } from '@cartwright/testing'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { notificationService } from './index.ts'

export interface Mail {
  to: string
  /** Sender, as mail programs show it. */
  from: string
  subject: string
  text: string
  html: string
  messageId: string
}

export interface MailServer {
  url: string
  /** Accepted mails, oldest first. */
  mails: Mail[]
  mailsTo(address: string): Mail[]
  /** Answers every recipient or message with this code; null accepts all. */
  refuse(what: { recipient?: number; message?: number } | null): void
  stop(): Promise<void>
  /** Listens again on the same port. */
  resume(): Promise<void>
}

const mailOf = (parsed: ParsedMail): Mail => ({
  to: [parsed.to].flat()[0]?.value[0]?.address ?? '',
  from: parsed.from?.text ?? '',
  subject: parsed.subject ?? '',
  text: parsed.text ?? '',
  html: parsed.html || '',
  messageId: parsed.messageId ?? '',
})

const refusal = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code })

/** Starts a mail server on a loopback port that stores what it receives. */
export const mailServer = async (): Promise<MailServer> => {
  const mails: Mail[] = []
  let refusing: { recipient?: number; message?: number } | null = null
  let port = 0
  const listen = async () => {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 200,
      onRcptTo: ({ address }, _, done) =>
        done(refusing?.recipient ? refusal(refusing.recipient, `<${address}> is not taken`) : null),
      onData: (stream, _, done) => {
        simpleParser(stream).then((parsed) => {
          if (refusing?.message) return done(refusal(refusing.message, 'not taken'))
          mails.push(mailOf(parsed))
          done()
        }, done)
      },
    })
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
    port = (server.server.address() as AddressInfo).port
    return server
  }
  let server = await listen()
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    mailsTo: (address) => mails.filter(({ to }) => to === address),
    refuse: (what) => {
      refusing = what
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
    resume: async () => {
      server = await listen()
    },
  }
}

export const admin = { id: 'usr_admin00001', role: 'admin', email: 'admin@example.com' } as const
export const operators = 'operators@example.com'

export interface NotificationUnderTest extends AsyncDisposable {
  t: UnderTest
  smtp: MailServer
  sealPublicJwk: string
  /** States of all mails, oldest first. */
  states(): Promise<string[]>
  inMinutes(minutes: number): Date
}

/** Starts notification with its own mail server. @param more additional variables */
export const startNotification = async (more: Environment = {}): Promise<NotificationUnderTest> => {
  const { publicJwk, privateJwk } = await sealKeys()
  const smtp = await mailServer()
  const t = await startUnderTest(notificationService, {
    env: {
      SMTP_URL: smtp.url,
      MAIL_FROM: 'Cartwright <shop@mail.example>',
      ADMIN_ALERT_EMAIL: operators,
      SEAL_PRIVATE_JWK: privateJwk,
      PUBLIC_URL: 'https://shop.example',
      ...more,
    },
  })
  return {
    t,
    smtp,
    sealPublicJwk: publicJwk,
    states: async () => (await t.sql('SELECT state FROM message ORDER BY id')).map(({ state }) => state),
    inMinutes: (minutes) => new Date(t.clock.now().getTime() + minutes * 60_000),
    [Symbol.asyncDispose]: async () => {
      await t.stop()
      await smtp.stop()
    },
  }
}

/** Seals a code as identity and order do. */
export const seal = async (publicJwk: string, code: string, expiresAt: Date): Promise<string> =>
  (await codeMaker('unused here', publicJwk)).seal(code, expiresAt)

// Speaks SMTP: any server by its URL, so SendGrid or Mailgun is a matter of configuration. Errors leave without addresses.
import { PermanentFailure } from '@cartwright/messaging'
import { type Clock, ConfigError } from '@cartwright/service-kit'
import { createTransport, type NodemailerError } from 'nodemailer'

export interface OutgoingMail {
  /** Becomes the Message-ID: the same at every try, so that a mail that was taken twice can be recognised. */
  key: string
  to: { address: string; name: string }
  subject: string
  text: string
  html: string
}

export interface Mailer {
  /** @throws PermanentFailure refused for good; Deferred refused for now; any other error: the server cannot be talked to */
  send(mail: OutgoingMail): Promise<void>
  close(): void
}

/** The server refuses this recipient or mail for now. */
export class Deferred extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'Deferred'
  }
}

export interface MailerOptions {
  url: string
  from: string
  timeoutMs: number
  clock: Clock
}

const addressPattern = /[^\s<>"'`,;:@]+@[^\s<>"'`,;:@]+/g

/** What a server said, fit for a log and for an operator: without addresses. */
export const withoutAddresses = (text: string): string => text.replace(addressPattern, '…').slice(0, 300)

const isNodemailerError = (error: unknown): error is NodemailerError => error instanceof Error && 'code' in error

/**
 * Refusals of the recipient or of the content are about this mail. Everything else, a refused sign-in or sender too, is trouble
 * with the server or with our configuration: the mails wait until somebody has mended it.
 */
export const classified = (error: unknown): Error => {
  if (!isNodemailerError(error)) return new Error(withoutAddresses(String(error)))
  const reason = withoutAddresses(error.message)
  const aboutThisMail = (error.code === 'EENVELOPE' && error.command !== 'MAIL FROM') || error.code === 'EMESSAGE'
  if (!aboutThisMail) return new Error(reason)
  return error.permanent === false ? new Deferred(reason) : new PermanentFailure(reason)
}

const domainOf = (from: string): string => {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1]
  if (domain === undefined) throw new ConfigError('notification', ['MAIL_FROM holds no address'])
  return domain
}

const checkedUrl = (url: string): string => {
  if (!URL.canParse(url) || !['smtp:', 'smtps:'].includes(new URL(url).protocol))
    throw new ConfigError('notification', ['SMTP_URL is not smtp://… or smtps://…'])
  return url
}

/** @throws ConfigError when the address of the server or the sender makes no sense */
export const smtpMailer = ({ url, from, timeoutMs, clock }: MailerOptions): Mailer => {
  const domain = domainOf(from)
  const transport = createTransport({
    url: checkedUrl(url),
    // A burst shares connections. A mail whose connection breaks is tried again by our own job and nobody else.
    pool: true,
    maxRequeues: 0,
    idleTimeout: 5000,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    send: async ({ key, to, subject, text, html }) => {
      try {
        await transport.sendMail({
          from,
          to,
          subject,
          text,
          html,
          date: clock.now(),
          messageId: `<${key}@${domain}>`,
          // Keeps out-of-office replies away (RFC 3834).
          headers: { 'Auto-Submitted': 'auto-generated' },
        })
      } catch (error) {
        throw classified(error)
      }
    },
    close: () => transport.close(),
  }
}

// SMTP client over nodemailer, for any server by its URL. It removes e-mail addresses from errors.
import { PermanentFailure } from '@cartwright/messaging'
import { type Clock, ConfigError } from '@cartwright/service-kit'
import { createTransport, type NodemailerError } from 'nodemailer'
import { commonHeaders, Deferred, type Mailbox, type Mailer, messageIdOf, withoutAddresses } from './mailer.ts'

interface SmtpOptions {
  url: string
  /** Certificate authorities of the server, in PEM; null uses the system's. */
  ca: string | null
  from: Mailbox
  replyTo: Mailbox | null
  timeoutMs: number
  clock: Clock
}

const isNodemailerError = (error: unknown): error is NodemailerError => error instanceof Error && 'code' in error

/**
 * Classifies a failure. A refused recipient or content concerns this mail. Other failures, also a refused sign-in or sender,
 * concern the server or the configuration: the mails wait until an operator has repaired it.
 */
export const classifyFailure = (error: unknown): Error => {
  if (!isNodemailerError(error)) return new Error(withoutAddresses(String(error)))
  const reason = withoutAddresses(error.message)
  const aboutThisMail = (error.code === 'EENVELOPE' && error.command !== 'MAIL FROM') || error.code === 'EMESSAGE'
  if (!aboutThisMail) return new Error(reason)
  return error.permanent === false ? new Deferred(reason) : new PermanentFailure(reason)
}

const checkedUrl = (url: string): string => {
  if (!URL.canParse(url) || !['smtp:', 'smtps:'].includes(new URL(url).protocol))
    throw new ConfigError('notification', ['SMTP_URL must start with smtp:// or smtps://'])
  return url
}

/** @throws ConfigError when the server's URL is invalid */
export const smtpMailer = ({ url, ca, from, replyTo, timeoutMs, clock }: SmtpOptions): Mailer => {
  const transport = createTransport({
    url: checkedUrl(url),
    ...(ca === null ? {} : { tls: { ca } }),
    // Mails share pooled connections. The delivery job retries, so nodemailer must not.
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
          ...(replyTo === null ? {} : { replyTo }),
          subject,
          text,
          html,
          date: clock.now(),
          messageId: messageIdOf(key, from),
          headers: commonHeaders,
        })
      } catch (error) {
        throw classifyFailure(error)
      }
    },
    close: () => transport.close(),
  }
}

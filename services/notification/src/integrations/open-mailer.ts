// Opens the mail client that `NOTIFICATION_MAIL_PROVIDER` names, and the keys that verify the webhooks of mail providers.
import { createPublicKey, type KeyObject } from 'node:crypto'
import { type Clock, ConfigError, type ConfigOf, readTlsFile } from '@cartwright/service-kit'
import type { config } from '../config.ts'
import { type Mailbox, type Mailer, mailboxOf } from './mailer.ts'
import { mailgunMailer } from './mailgun.ts'
import { sendGridMailer } from './sendgrid.ts'
import { smtpMailer } from './smtp.ts'

type Config = ConfigOf<typeof config>

/** Variables that a provider needs, with their values. */
const requiredOf = (own: Config): Record<Config['mailProvider'], Record<string, string | readonly string[] | null>> => ({
  smtp: { SMTP_URL: own.smtpUrl },
  sendgrid: { SENDGRID_API_KEY: own.sendGridApiKey, SENDGRID_WEBHOOK_KEYS: own.sendGridWebhookKeys },
  mailgun: {
    MAILGUN_API_KEY: own.mailgunApiKey,
    MAILGUN_DOMAIN: own.mailgunDomain,
    MAILGUN_WEBHOOK_KEYS: own.mailgunWebhookKeys,
  },
})

/** No mail server on the internet takes mails from this domain: a real shop sets `MAIL_FROM`. */
const developmentSender = (shopName: string): Mailbox => ({ name: shopName, address: 'shop@cartwright.example' })

/** @throws ConfigError with one line for each missing variable, or when an address or URL is invalid */
export const openMailer = (own: Config, shopName: string, clock: Clock): Mailer => {
  const provider = own.mailProvider
  const missing = Object.entries(requiredOf(own)[provider]).flatMap(([name, value]) => (value?.length ? [] : [name]))
  if (missing.length > 0)
    throw new ConfigError(
      'notification',
      missing.map((name) => `${name} is missing: NOTIFICATION_MAIL_PROVIDER is ${provider}`),
    )
  const from = own.mailFrom === null ? developmentSender(shopName) : mailboxOf('MAIL_FROM', own.mailFrom)
  const replyTo = own.mailReplyTo === null ? null : mailboxOf('MAIL_REPLY_TO', own.mailReplyTo)
  const common = { from, replyTo, timeoutMs: own.mailTimeoutMs }
  if (provider === 'sendgrid')
    return sendGridMailer({ ...common, apiKey: own.sendGridApiKey ?? '', apiBase: own.sendGridApiBase })
  if (provider === 'mailgun')
    return mailgunMailer({
      ...common,
      apiKey: own.mailgunApiKey ?? '',
      apiBase: own.mailgunApiBase,
      domain: own.mailgunDomain ?? '',
    })
  const ca = own.smtpCaFile === null ? null : readTlsFile(own.smtpCaFile)
  return smtpMailer({ ...common, url: own.smtpUrl ?? '', ca, clock })
}

export interface WebhookKeys {
  /** Public keys of SendGrid's signed webhook: the old and the new one during a change. */
  sendGrid: readonly KeyObject[]
  /** Mailgun's signing keys. */
  mailgun: readonly string[]
}

const publicKeyOf = (text: string): KeyObject => {
  try {
    return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
  } catch {
    throw new ConfigError('notification', [
      'SENDGRID_WEBHOOK_KEYS must hold the verification key of SendGrid’s signed event webhook, in base64',
    ])
  }
}

/** The keys of both providers, whichever sends: after a change, events about earlier mails still come. @throws ConfigError */
export const readWebhookKeys = (own: Config): WebhookKeys => ({
  sendGrid: own.sendGridWebhookKeys.map(publicKeyOf),
  mailgun: own.mailgunWebhookKeys,
})

// Every environment variable of notification.
import { redeliveryDays } from '@cartwright/messaging'
import { days, integer, portsOf, secret, text, textList, tlsFile, type Variable } from '@cartwright/service-kit'

const providers = ['smtp', 'sendgrid', 'mailgun'] as const
type Provider = (typeof providers)[number]

/** The client that sends mails. */
const mailProvider: Variable<Provider> = {
  ...text('NOTIFICATION_MAIL_PROVIDER', 'Client that sends mails: `smtp`, `sendgrid` or `mailgun`', 'smtp'),
  fallback: 'smtp',
  parse: (given) => {
    const found = providers.find((name) => name === given)
    if (found === undefined) throw new Error(`is ${given}, but must be ${providers.join(' or ')}`)
    return found
  },
}

/** Address of a provider's API, without a path. */
const apiBase = (name: string, doc: string, fallback: string): Variable<string> => ({
  ...text(name, doc, fallback),
  parse: (given) => {
    const url = URL.canParse(given) ? new URL(given) : null
    if (url === null || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/')
      throw new Error('must be an https:// address without a path')
    return url.origin
  },
  refuse: (value) => (value.startsWith('https://') ? null : 'must start with https://'),
})

export const config = {
  ...portsOf('notification'),
  databaseUrl: secret(text('NOTIFICATION_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('NOTIFICATION_POOL_SIZE', 'Maximum number of database connections', 10),
  mailProvider,
  smtpUrl: secret(text('SMTP_URL', 'Mail server of the provider `smtp`, `smtp://user:password@host:port` or `smtps://…`', null)),
  smtpCaFile: tlsFile(
    'SMTP_TLS_CA_FILE',
    'PEM file with the certificate authorities of the mail server; the system’s when left out',
  ),
  sendGridApiKey: secret(text('SENDGRID_API_KEY', 'API key of SendGrid with the permission Mail Send', null)),
  sendGridApiBase: apiBase(
    'SENDGRID_API_BASE',
    'SendGrid’s API; `https://api.eu.sendgrid.com` in the EU region',
    'https://api.sendgrid.com',
  ),
  sendGridWebhookKeys: textList(
    'SENDGRID_WEBHOOK_KEYS',
    'Verification keys of SendGrid’s signed event webhook, comma-separated: old and new during a change',
    [],
  ),
  mailgunApiKey: secret(text('MAILGUN_API_KEY', 'API key of Mailgun, best the sending key of the domain', null)),
  mailgunDomain: text('MAILGUN_DOMAIN', 'Domain that Mailgun sends for', null),
  mailgunApiBase: apiBase(
    'MAILGUN_API_BASE',
    'Mailgun’s API; `https://api.eu.mailgun.net` in the EU region',
    'https://api.mailgun.net',
  ),
  mailgunWebhookKeys: secret(
    textList('MAILGUN_WEBHOOK_KEYS', 'HTTP webhook signing keys of Mailgun, comma-separated: old and new during a change', []),
  ),
  // Secret, because the configuration is logged at start and logs hold no e-mail addresses.
  mailFrom: secret(
    text('MAIL_FROM', 'Sender of every mail, `Name <address>`; `SHOP_NAME` at shop@cartwright.example when left out', null),
  ),
  mailReplyTo: secret(text('MAIL_REPLY_TO', 'Address for answers to mails, `Name <address>`; the sender when left out', null)),
  adminAlertEmail: secret(text('ADMIN_ALERT_EMAIL', 'Recipient of alerts to operators')),
  sealPrivateJwk: secret(
    text('SEAL_PRIVATE_JWK', 'Private JWK that decrypts one-time codes; identity and order have the public key'),
  ),
  orderUrl: text(
    'SHOP_ORDER_URL',
    'Link to an order in mails, with `{ORDER_ID}`, `{TOKEN}` (a token that reads this order) and `{LOCALE}`; the gateway’s order page when left out',
    null,
  ),
  orderLinkDays: integer('NOTIFICATION_ORDER_LINK_DAYS', 'Days until the link to an order in a mail expires', 90),
  mailTimeoutMs: integer(
    'NOTIFICATION_SMTP_TIMEOUT_MS',
    'Milliseconds to wait for an answer of the mail server or the provider’s API',
    15_000,
  ),
  alertWindowSec: integer(
    'NOTIFICATION_ALERT_WINDOW_SEC',
    'Window in seconds in which alerts about failed payments are grouped into one mail',
    300,
  ),
  messageDays: days('NOTIFICATION_MESSAGE_DAYS', 'Retention of mails in days; 8 at least', 30, redeliveryDays),
  undeliverableDays: days(
    'NOTIFICATION_UNDELIVERABLE_DAYS',
    'Days for which an address stays marked as undeliverable after its last bounce or complaint',
    365,
  ),
  deferHours: integer('NOTIFICATION_DEFER_HOURS', 'Hours for which a temporarily refused recipient is retried', 72),
}

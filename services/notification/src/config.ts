// Every environment variable of notification.
import { redeliveryDays } from '@cartwright/messaging'
import { days, integer, secret, text } from '@cartwright/service-kit'

export const config = {
  port: integer('NOTIFICATION_PORT', 'Port; 0 takes a free one', 0),
  metricsPort: integer('NOTIFICATION_METRICS_PORT', 'Port of /metrics; 0 takes a free one', 0),
  databaseUrl: secret(text('NOTIFICATION_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('NOTIFICATION_POOL_SIZE', 'Database connections at most', 10),
  smtpUrl: secret(
    text('SMTP_URL', 'Mail server, `smtp://user:password@host:port` or `smtps://…`; SendGrid and Mailgun are reached by theirs'),
  ),
  // Addresses do not belong into logs, where the configuration is printed at start.
  mailFrom: secret(text('MAIL_FROM', 'Sender of every mail, `Name <address>`', 'Cartwright <shop@cartwright.example>')),
  adminAlertEmail: secret(text('ADMIN_ALERT_EMAIL', 'Where alerts for operators go')),
  sealPrivateJwk: secret(
    text('SEAL_PRIVATE_JWK', 'Private JWK that opens one-time codes; identity and order have its public half'),
  ),
  orderUrl: text(
    'SHOP_ORDER_URL',
    'Where mails lead to an order: an address with `{ORDER_ID}` and `{TOKEN}`, a token that reads this order; the gateway’s order page when left out',
    null,
  ),
  orderLinkDays: integer('NOTIFICATION_ORDER_LINK_DAYS', 'Days for which the link to an order in a mail works', 90),
  smtpTimeoutMs: integer('NOTIFICATION_SMTP_TIMEOUT_MS', 'Milliseconds that the mail server may stay silent', 15_000),
  alertWindowSec: integer('NOTIFICATION_ALERT_WINDOW_SEC', 'Seconds in which alerts about failed payments become one mail', 300),
  messageDays: days('NOTIFICATION_MESSAGE_DAYS', 'Days for which mails are kept; 8 at least', 30, redeliveryDays),
  deferHours: integer('NOTIFICATION_DEFER_HOURS', 'Hours for which a recipient that is refused “for now” is tried again', 72),
}

// Every environment variable of payment.
import { days, developmentOnly, integer, keyMaterial, secret, text, textList } from '@cartwright/service-kit'

export const config = {
  port: integer('PAYMENT_PORT', 'Port; 0 takes a free one', 0),
  metricsPort: integer('PAYMENT_METRICS_PORT', 'Port of /metrics; 0 takes a free one', 0),
  databaseUrl: secret(text('PAYMENT_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('PAYMENT_POOL_SIZE', 'Database connections at most', 10),
  stripeKey: keyMaterial(text('STRIPE_SECRET_KEY', 'Stripe’s secret key; the development sandbox takes any')),
  stripeBase: developmentOnly(text('STRIPE_API_BASE', 'Address of the sandbox that stands in for api.stripe.com', null)),
  webhookSecrets: keyMaterial(
    textList('STRIPE_WEBHOOK_SECRETS', 'Signing secrets of the webhook endpoint, comma-separated: old and new during a rotation'),
  ),
  stripeTimeoutMs: integer('PAYMENT_STRIPE_TIMEOUT_MS', 'Milliseconds to wait for an answer of Stripe', 8000),
  sessionSec: integer('PAYMENT_SESSION_SEC', 'Seconds a payment page stays open; Stripe takes 1800 to 86400', 1860),
  stripeEventDays: days(
    'PAYMENT_STRIPE_EVENT_DAYS',
    'Days for which Stripe’s events are kept; Stripe itself keeps them for 30',
    30,
    8,
  ),
  reconciliationDays: days(
    'PAYMENT_RECONCILIATION_DAYS',
    'Days for which comparisons with Stripe and their findings are kept',
    30,
  ),
  reconcileSec: integer('PAYMENT_RECONCILE_SEC', 'Seconds between comparisons with Stripe', 300),
}

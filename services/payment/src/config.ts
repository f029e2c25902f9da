// Configuration of payment: every environment variable with its default and meaning.
import { days, developmentOnly, integer, keyMaterial, portsOf, secret, text, textList } from '@cartwright/service-kit'

export const config = {
  ...portsOf('payment'),
  databaseUrl: secret(text('PAYMENT_DATABASE_URL', 'mysql://user:password@host:port/schema')),
  poolSize: integer('PAYMENT_POOL_SIZE', 'Database connections at most', 10),
  stripeKey: keyMaterial(text('STRIPE_SECRET_KEY', 'Stripe’s secret key; the development sandbox accepts any')),
  stripeBase: developmentOnly(
    text('STRIPE_API_BASE', 'Base URL of the sandbox that replaces api.stripe.com in development', null),
  ),
  webhookSecrets: keyMaterial(
    textList('STRIPE_WEBHOOK_SECRETS', 'Signing secrets of the webhook endpoint, comma-separated: old and new during a rotation'),
  ),
  stripeTimeoutMs: integer('PAYMENT_STRIPE_TIMEOUT_MS', 'Milliseconds to wait for a response of Stripe', 8000),
  sessionSec: integer('PAYMENT_SESSION_SEC', 'Seconds for which a payment page stays open; Stripe accepts 1800 to 86400', 1860),
  stripeEventDays: days(
    'PAYMENT_STRIPE_EVENT_DAYS',
    'Days for which raw Stripe events are stored; Stripe itself stores them for 30',
    30,
    8,
  ),
  reconciliationDays: days(
    'PAYMENT_RECONCILIATION_DAYS',
    'Days for which reconciliation reports and their findings are stored',
    30,
  ),
  reconcileSec: integer('PAYMENT_RECONCILE_SEC', 'Seconds between scheduled reconciliations with Stripe', 300),
}

// Every environment variable of the gateway: default, unit, meaning.
import { developmentOnly, integer, text, textList } from '@cartwright/service-kit'

export const config = {
  port: integer('GATEWAY_PORT', 'Port of the public surface; 0 takes a free one', 8080),
  metricsPort: integer('GATEWAY_METRICS_PORT', 'Port of /metrics; 0 takes a free one', 0),
  corsOrigins: textList(
    'GATEWAY_CORS_ORIGINS',
    'Origins whose pages may call, comma-separated; in development loopback may as well',
    [],
  ),
  trustedHops: integer(
    'GATEWAY_TRUSTED_HOPS',
    'How many proxies stand in front and append to X-Forwarded-For; 0 believes nobody',
    0,
  ),
  readPerMin: integer(
    'GATEWAY_RATE_READ_PER_MIN',
    'Reads a minute per caller and instance; production 1200, development 6000000',
    null,
  ),
  writePerMin: integer('GATEWAY_RATE_WRITE_PER_MIN', 'Writes a minute per caller; production 300, development 600000', null),
  authPerMin: integer(
    'GATEWAY_RATE_AUTH_PER_MIN',
    'Calls of /v1/auth a minute per address; production 60, development 600000',
    null,
  ),
  checkoutPerMin: integer(
    'GATEWAY_RATE_CHECKOUT_PER_MIN',
    'Checkouts a minute per caller; production 30, development 600000',
    null,
  ),
  webhookPerMin: integer(
    'GATEWAY_RATE_WEBHOOK_PER_MIN',
    'Webhooks a minute per address; production 6000, development 600000',
    null,
  ),
  cacheEntries: integer('GATEWAY_CACHE_ENTRIES', 'Answers kept in memory; 0 keeps none', 5000),
  cacheMaxBytes: integer('GATEWAY_CACHE_MAX_BYTES', 'Bytes of answers kept in memory', 64 * 1024 * 1024),
  bodyLimitBytes: integer('GATEWAY_BODY_LIMIT_BYTES', 'Largest request body', 1024 * 1024),
  mailboxUrl: developmentOnly(text('GATEWAY_MAILBOX_URL', 'Linked from the start page, in development', null)),
  sandboxUrl: developmentOnly(text('GATEWAY_STRIPE_SANDBOX_URL', 'Linked from the start page, in development', null)),
  shopUrl: text('GATEWAY_SHOP_URL', 'Where the pages send shoppers back to; the gateway’s own start page when left out', null),
}

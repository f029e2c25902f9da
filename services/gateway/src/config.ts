// Environment variables of the gateway: default, unit, meaning.
import { developmentOnly, integer, portsOf, text, textList } from '@cartwright/service-kit'

export const config = {
  ...portsOf('gateway'),
  corsOrigins: textList(
    'GATEWAY_CORS_ORIGINS',
    'Origins whose pages may call, comma-separated; outside production loopback origins may call too',
    [],
  ),
  trustedHops: integer(
    'GATEWAY_TRUSTED_HOPS',
    'Number of trusted proxies in front that append to X-Forwarded-For; 0 ignores the header',
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
  codePerMin: integer(
    'GATEWAY_RATE_CODE_PER_MIN',
    'Promotion codes that a customer, or all guests of an address, may try a minute; production 20, development 600000',
    null,
  ),
  webhookPerMin: integer(
    'GATEWAY_RATE_WEBHOOK_PER_MIN',
    'Webhooks a minute per address; production 6000, development 600000',
    null,
  ),
  cacheEntries: integer('GATEWAY_CACHE_ENTRIES', 'Responses in the cache; 0 disables the cache', 5000),
  cacheMaxBytes: integer('GATEWAY_CACHE_MAX_BYTES', 'Bytes of responses in the cache', 64 * 1024 * 1024),
  bodyLimitBytes: integer('GATEWAY_BODY_LIMIT_BYTES', 'Largest request body in bytes', 1024 * 1024),
  mailboxUrl: developmentOnly(text('GATEWAY_MAILBOX_URL', 'Mailbox that the start page links to, in development', null)),
  sandboxUrl: developmentOnly(
    text('GATEWAY_STRIPE_SANDBOX_URL', 'Stripe sandbox that the start page links to, in development', null),
  ),
  shopUrl: text('GATEWAY_SHOP_URL', 'URL of the shop that pages link back to; the gateway’s start page when empty', null),
}

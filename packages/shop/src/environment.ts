// Environment variables that all services of a shop share, in one process or in several.
import { schemaOwners, services } from '@cartwright/contracts'
import type { Environment } from '@cartwright/service-kit'
import type { ShopSecrets } from './secrets.ts'

export interface ShopSettings {
  secrets: ShopSecrets
  /** Root address of the database server. */
  databaseUrl: string
  schemaPrefix: string
  publicUrl: string
  gatewayPort: number
  smtpUrl: string
  stripe: { key: string; webhookSecrets: string; apiBase: string | null }
  mailboxUrl: string | null
  kafkaBrokers: string | null
  redisUrl: string | null
  elasticsearchUrl: string | null
}

/** Address of one schema on the server at `root`. */
export const schemaUrl = (root: string, schema: string): string => {
  const url = new URL(root)
  url.pathname = `/${schema}`
  return url.href
}

const present = (values: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null))

/** Variables for every service. A variable in the caller's environment `own` takes precedence. */
export const shopEnvironment = (given: ShopSettings, own: Environment): Environment => ({
  ...Object.fromEntries(
    schemaOwners.map((name) => [services[name].databaseUrl, schemaUrl(given.databaseUrl, given.schemaPrefix + name)]),
  ),
  INTERNAL_AUTH_SECRET: given.secrets.internalAuth,
  IDENTITY_KEY_SECRET: given.secrets.identityKey,
  IDENTITY_OTP_SECRET: given.secrets.otp,
  SEAL_PUBLIC_JWK: given.secrets.sealPublicJwk,
  SEAL_PRIVATE_JWK: given.secrets.sealPrivateJwk,
  ADMIN_ALERT_EMAIL: 'admin@example.com',
  ...own,
  PUBLIC_URL: own.PUBLIC_URL ?? given.publicUrl,
  GATEWAY_PORT: String(given.gatewayPort),
  SMTP_URL: given.smtpUrl,
  STRIPE_SECRET_KEY: given.stripe.key,
  STRIPE_WEBHOOK_SECRETS: given.stripe.webhookSecrets,
  ...present({
    STRIPE_API_BASE: given.stripe.apiBase,
    GATEWAY_MAILBOX_URL: given.mailboxUrl,
    GATEWAY_STRIPE_SANDBOX_URL: given.stripe.apiBase,
    KAFKA_BROKERS: given.kafkaBrokers,
    REDIS_URL: given.redisUrl,
    ELASTICSEARCH_URL: given.elasticsearchUrl,
  }),
})

// The environment that one shop's services share: the same variables whether they run in one process or in seven.
import type { Environment, ServiceName } from '@cartwright/service-kit'
import type { ShopSecrets } from './secrets.ts'

export type SchemaOwner = Exclude<ServiceName, 'gateway'>
export const schemaOwners = [
  'identity',
  'catalog',
  'cart',
  'order',
  'payment',
  'notification',
] as const satisfies readonly SchemaOwner[]

export const urlVariable = {
  identity: 'IDENTITY_URL',
  catalog: 'CATALOG_URL',
  cart: 'CART_URL',
  order: 'ORDER_URL',
  payment: 'PAYMENT_URL',
  notification: 'NOTIFICATION_URL',
} as const satisfies Record<SchemaOwner, string>

const databaseVariable = {
  identity: 'IDENTITY_DATABASE_URL',
  catalog: 'CATALOG_DATABASE_URL',
  cart: 'CART_DATABASE_URL',
  order: 'ORDER_DATABASE_URL',
  payment: 'PAYMENT_DATABASE_URL',
  notification: 'NOTIFICATION_DATABASE_URL',
} as const satisfies Record<SchemaOwner, string>

export interface Surroundings {
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

const schemaUrl = (root: string, schema: string): string => {
  const url = new URL(root)
  url.pathname = `/${schema}`
  return url.href
}

const present = (values: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null))

/** Variables for every service. What the caller's own environment says about a variable wins. */
export const shopEnvironment = (given: Surroundings, own: Environment): Environment => ({
  ...Object.fromEntries(
    schemaOwners.map((name) => [databaseVariable[name], schemaUrl(given.databaseUrl, given.schemaPrefix + name)]),
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

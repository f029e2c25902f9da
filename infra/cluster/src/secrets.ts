// Secrets of a cluster: which keys each Secret holds, and how a development cluster gets its values.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mapNames, type ServiceName, schemaOwners, serviceNames, services } from '@cartwright/contracts'

const databaseKeys = schemaOwners.map((name) => services[name].databaseUrl)

/** Readers of each further key. */
const readers: Readonly<Record<string, readonly ServiceName[]>> = {
  IDENTITY_KEY_SECRET: ['identity'],
  IDENTITY_OTP_SECRET: ['identity'],
  SEAL_PUBLIC_JWK: ['identity', 'order'],
  SEAL_PRIVATE_JWK: ['notification'],
  REDIS_URL: ['cart', 'gateway'],
  STRIPE_SECRET_KEY: ['payment'],
  STRIPE_WEBHOOK_SECRETS: ['payment'],
  SMTP_URL: ['notification'],
  MAIL_FROM: ['notification'],
  ADMIN_ALERT_EMAIL: ['notification'],
}

const keysOf = (name: ServiceName): string[] => {
  const { databaseUrl } = services[name]
  const further = Object.keys(readers).filter((key) => readers[key]?.includes(name))
  return ['INTERNAL_AUTH_SECRET', ...(databaseUrl === null ? [] : [databaseUrl]), ...further]
}

/** Keys of each Secret. A service reads its own only; the job that migrates has accounts that may change tables. */
export const secretKeys: Readonly<Record<string, readonly string[]>> = {
  ...mapNames(serviceNames, keysOf),
  migrate: databaseKeys,
}

type Values = Readonly<Record<string, string>>

const draw = (): string => randomBytes(32).toString('base64url')

const drawSeal = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    SEAL_PUBLIC_JWK: JSON.stringify(publicKey.export({ format: 'jwk' })),
    SEAL_PRIVATE_JWK: JSON.stringify(privateKey.export({ format: 'jwk' })),
  }
}

/** New values for the engines of the overlay `local`. */
const drawValues = (mysqlPassword: string, redisPassword: string): Values => ({
  ...Object.fromEntries(
    schemaOwners.map((name) => [services[name].databaseUrl, `mysql://cartwright:${mysqlPassword}@mysql:3306/cartwright_${name}`]),
  ),
  ...drawSeal(),
  INTERNAL_AUTH_SECRET: draw(),
  IDENTITY_KEY_SECRET: draw(),
  IDENTITY_OTP_SECRET: draw(),
  REDIS_URL: `redis://:${redisPassword}@redis:6379`,
  STRIPE_SECRET_KEY: `sk_test_${draw()}`,
  STRIPE_WEBHOOK_SECRETS: `whsec_${draw()}`,
  SMTP_URL: 'smtp://mailpit:1025',
  MAIL_FROM: 'Cartwright <shop@example.com>',
  ADMIN_ALERT_EMAIL: 'admin@example.com',
})

/** Draws every Secret of a development cluster. The job also seeds, for which it runs every service. */
export const drawSecrets = (): Record<string, Values> => {
  const [mysqlPassword, redisPassword] = [draw(), draw()]
  const values = drawValues(mysqlPassword, redisPassword)
  const pick = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, values[key] ?? '']))
  return {
    ...Object.fromEntries(Object.entries(secretKeys).map(([name, keys]) => [name, pick(keys)])),
    migrate: values,
    mysql: { MYSQL_ROOT_PASSWORD: draw(), MYSQL_USER: 'cartwright', MYSQL_PASSWORD: mysqlPassword },
    redis: { REDIS_PASSWORD: redisPassword },
  }
}

/** An env file of kustomize: it takes values as they are, without quotes. */
export const envFile = (values: Values): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

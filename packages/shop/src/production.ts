// Validates the configuration of the whole shop before anything is opened, and lists every problem at once.
import { ConfigError, type Environment, isProduction, readAllConfig, readConfig, type Service } from '@cartwright/service-kit'
import { type ShopConfig, shopSpec } from './config.ts'
import { shopEnvironment } from './environment.ts'

/** Placeholder for the secrets that a development shop generates: production refuses every one of them. */
const drawn = 'development-secret-that-is-drawn-at-the-first-start'
const secrets = {
  internalAuth: drawn,
  identityKey: drawn,
  otp: drawn,
  returnToken: drawn,
  webhook: drawn,
  sealPublicJwk: '{}',
  sealPrivateJwk: '{}',
}

/** The problems that `read` reports. */
const problemsOf = (read: () => unknown): readonly string[] => {
  try {
    read()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const devServiceProblems = (env: Environment): string[] => [
  ...(!env.SMTP_URL && (env.NOTIFICATION_MAIL_PROVIDER || 'smtp') === 'smtp'
    ? ['SMTP_URL is missing: the mailbox is for development only']
    : []),
  ...(!env.STRIPE_SECRET_KEY ? ['STRIPE_SECRET_KEY is missing: the Stripe sandbox is for development only'] : []),
  ...(!env.STRIPE_WEBHOOK_SECRETS
    ? ['STRIPE_WEBHOOK_SECRETS is missing: set the signing secret of your Stripe webhook endpoint']
    : []),
]

/** Environment of the services, with placeholders for addresses that are known only when engines run. */
const previewOf = (env: Environment): Environment =>
  shopEnvironment(
    {
      secrets,
      databaseUrl: 'mysql://127.0.0.1/',
      schemaPrefix: '',
      publicUrl: 'http://127.0.0.1',
      gatewayPort: 0,
      smtpUrl: env.SMTP_URL || 'smtp://127.0.0.1',
      // A missing value is reported once, not also as a weak one.
      stripe: { key: env.STRIPE_SECRET_KEY || absent, webhookSecrets: env.STRIPE_WEBHOOK_SECRETS || absent, apiBase: null },
      mailboxUrl: null,
      kafkaBrokers: null,
      redisUrl: null,
      elasticsearchUrl: null,
    },
    env,
  )
const absent = 'absent-0123456789-abcdefghijklmnopqrstuvwxyz'

/** Lists every problem that prevents a start in production. Services check the same, but only after the engines have started. */
export const productionProblems = (env: Environment, services: readonly Service[]): readonly string[] => {
  const preview = previewOf(env)
  const ofServices = services.flatMap(({ name, prefix, spec }) => problemsOf(() => readAllConfig(name, prefix, spec, preview)))
  return [...new Set([...devServiceProblems(env), ...ofServices])]
}

/**
 * Reads the shop's configuration.
 * @throws ConfigError with one line for each thing that is missing or wrong, and in production for each that is for development
 */
export const readShopConfig = async (env: Environment): Promise<ShopConfig> => {
  const read = () => readConfig('the shop', 'SHOP_', shopSpec, env)
  const problems = [...problemsOf(read)]
  if (isProduction(env)) {
    const { allServices } = await import('./start-shop.ts')
    problems.push(...productionProblems(env, allServices))
  }
  if (problems.length > 0) throw new ConfigError('the shop', problems)
  return read()
}

// Configuration from the environment: whole names, typed, frozen, complete or refused with every problem at once.

/** One environment variable: its whole name, how to read it, its default and one sentence of documentation. */
export interface Variable<T> {
  name: string
  kind: 'text' | 'integer' | 'flag' | 'list'
  doc: string
  /** Printed as `***`. */
  secret: boolean
  fallback: T | undefined
  parse(text: string): T
}

const variable = <T>(kind: Variable<T>['kind'], parse: (text: string) => T) => {
  function declare(name: string, doc: string): Variable<T>
  function declare(name: string, doc: string, fallback: T): Variable<T>
  function declare<N>(name: string, doc: string, fallback: N): Variable<T | N>
  function declare<N>(name: string, doc: string, fallback?: T | N): Variable<T | N> {
    return { name, kind, doc, secret: false, fallback, parse }
  }
  return declare
}

const parseInteger = (text: string): number => {
  if (!/^-?\d+$/.test(text.trim())) throw new Error('is not a whole number')
  return Number(text)
}
const parseFlag = (text: string): boolean => {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw new Error('is neither true nor false')
}

/** Declares a text variable. Without a default it is required; with `null` it is optional. */
export const text = variable<string>('text', (value) => value)
/** Declares a whole number; name its unit in the field's name and the doc. */
export const integer = variable<number>('integer', parseInteger)
/** Declares `true` or `false`. */
export const flag = variable<boolean>('flag', parseFlag)
/** Declares a comma-separated list. */
export const textList = variable<readonly string[]>('list', (value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)
/** Marks a variable as secret: never printed. */
export const secret = <T>(declared: Variable<T>): Variable<T> => ({ ...declared, secret: true })

export type ConfigSpec = Record<string, Variable<unknown>>
export type ConfigOf<S extends ConfigSpec> = { readonly [K in keyof S]: S[K] extends Variable<infer T> ? T : never }
export type Environment = Readonly<Record<string, string | undefined>>

/** Configuration that is missing or wrong; the message names every variable. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(service: string, problems: readonly string[]) {
    super(`${service} cannot start: ${problems.join('; ')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Turns the error of a port that is taken into one clear line; leaves every other error alone. */
export const portTaken = (error: unknown, service: string, host: string, port: number): unknown =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    ? new ConfigError(service, [`port ${port} of ${host} is taken by another process; choose another one, or 0 for any free one`])
    : error

/** What every service shares; shared variables carry no prefix. */
export const sharedSpec = {
  environment: text('NODE_ENV', 'production refuses development secrets', 'development'),
  logLevel: text('LOG_LEVEL', 'pino level', 'info'),
  host: text('SERVICE_HOST', 'Address to listen on', '127.0.0.1'),
  publicUrl: text(
    'PUBLIC_URL',
    'Address of the gateway as shoppers see it; every outward link starts with it',
    'http://localhost:8080',
  ),
  kafkaBrokers: textList('KAFKA_BROKERS', 'Brokers as host:port, comma-separated; distributed mode only', []),
  redisUrl: text('REDIS_URL', 'Redis; without it caches are bypassed and rate limits count per instance', null),
  elasticsearchUrl: text(
    'ELASTICSEARCH_URL',
    'Elasticsearch 8 or 9; without it search answers from MySQL and says `degraded`',
    null,
  ),
  internalAuthSecret: secret(text('INTERNAL_AUTH_SECRET', 'Signs the 60 s tokens of calls between services')),
  jwksUrl: text('AUTH_JWKS_URL', 'Where the public keys of access tokens are read', null),
  jwks: text('AUTH_JWKS', 'Public keys inline, as JSON; for tests', null),
  issuer: text('AUTH_ISSUER', 'Issuer of access tokens', 'cartwright'),
  identityUrl: text('IDENTITY_URL', 'Where identity answers', null),
  catalogUrl: text('CATALOG_URL', 'Where catalog answers', null),
  cartUrl: text('CART_URL', 'Where cart answers', null),
  orderUrl: text('ORDER_URL', 'Where order answers', null),
  paymentUrl: text('PAYMENT_URL', 'Where payment answers', null),
  notificationUrl: text('NOTIFICATION_URL', 'Where notification answers', null),
  uploadTimeoutMs: integer(
    'UPLOAD_TIMEOUT_MS',
    'Milliseconds in which the head of a request, and after it the body, must arrive',
    15_000,
  ),
  seed: flag('SEED_DEVELOPMENT_DATA', 'Write the development data at start; refused in production', false),
  crashPoint: text(
    'CRASH_POINT',
    'For fault tests: `<point>` or `<point>:<event type, job kind or operation>` at which the process kills itself, or stands still with `freeze@` before it; refused in production',
    null,
  ),
  invariantsEverySec: integer(
    'INVARIANTS_EVERY_SEC',
    'Seconds between two checks of the invariants, in one replica at a time; 0 checks none',
    30,
  ),
  shutdownDelayMs: integer('SHUTDOWN_DELAY_MS', 'Milliseconds between not ready and closing, so that load balancers notice', 0),
} satisfies ConfigSpec
export type SharedConfig = ConfigOf<typeof sharedSpec>

/** Secrets of the development setup; production refuses them. */
const isDevelopmentSecret = (value: string) => value.startsWith('development-')

const readOne = (declared: Variable<unknown>, env: Environment, problems: string[], production: boolean): unknown => {
  const given = env[declared.name]
  if (given === undefined || given === '') {
    if (declared.fallback === undefined) problems.push(`${declared.name} is missing (${declared.doc})`)
    return declared.fallback
  }
  if (production && declared.secret && isDevelopmentSecret(given)) problems.push(`${declared.name} is the development secret`)
  try {
    return declared.parse(given)
  } catch (error) {
    problems.push(`${declared.name} ${error instanceof Error ? error.message : 'is not valid'}`)
    return undefined
  }
}

/**
 * Reads a service's configuration.
 * @param prefix the service's own prefix, such as `ORDER_`; an unknown variable with it refuses to start
 * @throws ConfigError naming every missing, malformed and unknown variable
 */
export const readConfig = <S extends ConfigSpec>(service: string, prefix: string, spec: S, env: Environment): ConfigOf<S> => {
  const problems: string[] = []
  const production = env.NODE_ENV === 'production'
  const values = Object.fromEntries(
    Object.entries(spec).map(([field, declared]) => [field, readOne(declared, env, problems, production)]),
  )
  const known = new Set([...Object.values(spec), ...Object.values(sharedSpec)].map((declared) => declared.name))
  const strangers = Object.keys(env).filter((name) => name.startsWith(prefix) && !known.has(name))
  problems.push(...strangers.map((name) => `${name} is not a variable of ${service}`))
  if (problems.length > 0) throw new ConfigError(service, problems)
  return Object.freeze(values) as ConfigOf<S>
}

/**
 * Reads what all services share together with what is a service's own, so that one message names everything that is wrong.
 * @throws ConfigError
 */
export const readAllConfig = <S extends ConfigSpec>(
  service: string,
  prefix: string,
  spec: S,
  env: Environment,
): { shared: SharedConfig; config: ConfigOf<S> } => {
  const problems: string[] = []
  const collect = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
      return undefined
    }
  }
  const shared = collect(() => readConfig(service, '\0', sharedSpec, env))
  const config = collect(() => readConfig(service, prefix, spec, env))
  if (shared === undefined || config === undefined) throw new ConfigError(service, problems)
  return { shared, config }
}

/** Configuration for the log: secrets as `***`. */
export const redacted = <S extends ConfigSpec>(spec: S, values: ConfigOf<S>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(spec).map(([field, declared]) => [
      declared.name,
      declared.secret && values[field]
        ? '***'
        : typeof values[field] === 'string'
          ? values[field].replace(/:\/\/[^@/]*@/, '://***@')
          : values[field],
    ]),
  )

// Configuration from the environment: whole names, typed, frozen, complete or refused with every problem at once.
import { redeliveryDays } from '@cartwright/messaging'

/** One environment variable: its whole name, how to read it, its default and one sentence of documentation. */
export interface Variable<T> {
  name: string
  kind: 'text' | 'integer' | 'flag' | 'list'
  doc: string
  /** Printed as `***`. */
  secret: boolean
  fallback: T | undefined
  parse(text: string): T
  /** What is wrong with a value in production; null when nothing is. */
  refuse?(value: T): string | null
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
/** Declares for how many days something is kept. @param atLeast fewer refuse to start */
export const days = (name: string, doc: string, fallback: number, atLeast = 1): Variable<number> => ({
  ...integer(name, doc, fallback),
  parse: (given) => {
    const count = parseInteger(given)
    if (count < atLeast || count > 36_500) throw new Error(`is not a number of days from ${atLeast} to 36500`)
    return count
  },
})
/** Declares `true` or `false`. */
export const flag = variable<boolean>('flag', parseFlag)
/** Declares a comma-separated list. */
export const textList = variable<readonly string[]>('list', (value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)
const isDevelopmentSecret = (value: unknown): boolean => typeof value === 'string' && value.startsWith('development-')
const developmentSecret = 'is a development secret: set one of your own'

/** Marks a variable as secret: never printed. Production refuses what the development shop draws. */
export const secret = <T>(declared: Variable<T>): Variable<T> => ({
  ...declared,
  secret: true,
  refuse: (value) => (isDevelopmentSecret(value) ? developmentSecret : null),
})
const shortestSecretBytes = 32
const fewestCharacters = 8

const weaknessOf = (value: string): string | null => {
  const bytes = Buffer.byteLength(value)
  if (isDevelopmentSecret(value)) return developmentSecret
  if (bytes < shortestSecretBytes) return `has ${bytes} bytes, but must have at least ${shortestSecretBytes}`
  return new Set(value).size < fewestCharacters ? 'repeats a few characters, but must be drawn at random' : null
}

/** Marks a variable as a secret that is as strong as it is long: production refuses weak ones, and every one of a list. */
export const keyMaterial = <T extends string | readonly string[]>(declared: Variable<T>): Variable<T> => ({
  ...secret(declared),
  refuse: (value) =>
    [value]
      .flat()
      .map(weaknessOf)
      .find((weakness) => weakness !== null) ?? null,
})
/** Marks a variable that has no place in production, unless it is left out or false. */
export const developmentOnly = <T>(declared: Variable<T>): Variable<T> => ({
  ...declared,
  refuse: (value) => (value === null || value === false ? null : 'is for development only: leave it out'),
})
/** Marks a number that is smaller only in tests. */
export const atLeastInProduction = (least: number, declared: Variable<number>): Variable<number> => ({
  ...declared,
  refuse: (value) => (value < least ? `is ${value}, but must be at least ${least}` : null),
})

export type ConfigSpec = Record<string, Variable<unknown>>
export type ConfigOf<S extends ConfigSpec> = { readonly [K in keyof S]: S[K] extends Variable<infer T> ? T : never }
export type Environment = Readonly<Record<string, string | undefined>>

/** Configuration that is missing or wrong; the message has one line for each problem. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(service: string, problems: readonly string[]) {
    super(
      `${service} cannot start:${problems.length === 1 ? ` ${problems[0]}` : problems.map((problem) => `\n- ${problem}`).join('')}`,
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Turns the error of a port that is taken into one clear line; leaves every other error alone. */
export const portTaken = (error: unknown, service: string, host: string, port: number): unknown =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    ? new ConfigError(service, [`port ${port} of ${host} is taken by another process; choose another one, or 0 for any free one`])
    : error

const environments = ['development', 'test', 'production']

/** Which rules hold. A name that is not known would be none of them, so it is refused and meanwhile counts as production. */
export const environmentVariable = variable<string>('text', (name) => {
  if (!environments.includes(name)) throw new Error(`is ${name}, but must be ${environments.join(' or ')}`)
  return name
})('NODE_ENV', 'development, test or production, which refuses weak secrets, stand-ins and development data', 'development')
/** Whether the rules of production hold. */
export const isProduction = ({ NODE_ENV: name }: Environment): boolean =>
  name !== undefined && name !== '' && name !== 'development' && name !== 'test'

/** What every service shares; shared variables carry no prefix. */
export const sharedSpec = {
  environment: environmentVariable,
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
  internalAuthSecret: keyMaterial(text('INTERNAL_AUTH_SECRET', 'Signs the 60 s tokens of calls between services')),
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
  seed: developmentOnly(flag('SEED_DEVELOPMENT_DATA', 'Write the development data at start; refused in production', false)),
  crashPoint: developmentOnly(
    text(
      'CRASH_POINT',
      'For fault tests: `<point>` or `<point>:<event type, job kind or operation>` at which the process kills itself, or stands still with `freeze@` before it; refused in production',
      null,
    ),
  ),
  invariantsEverySec: integer(
    'INVARIANTS_EVERY_SEC',
    'Seconds between two checks of the invariants, in one replica at a time; 0 checks none',
    30,
  ),
  doneJobDays: days('RETENTION_DONE_JOB_DAYS', 'Days for which jobs that are done are kept; 8 at least', 30, redeliveryDays),
  sagaStepDays: days('RETENTION_SAGA_STEP_DAYS', 'Days for which the steps of sagas are kept for the inspector', 90),
  deadLetterDays: days('RETENTION_DEAD_LETTER_DAYS', 'Days for which dead letters are kept after they were resolved', 90),
  shutdownDelayMs: integer('SHUTDOWN_DELAY_MS', 'Milliseconds between not ready and closing, so that load balancers notice', 0),
} satisfies ConfigSpec
export type SharedConfig = ConfigOf<typeof sharedSpec>

const refuseOne = (declared: Variable<unknown>, value: unknown, problems: string[], production: boolean): void => {
  const refusal = production && value !== null ? declared.refuse?.(value) : null
  if (refusal) problems.push(`${declared.name} ${refusal}`)
}

const readOne = (declared: Variable<unknown>, env: Environment, problems: string[], production: boolean): unknown => {
  const given = env[declared.name]
  if (given === undefined || given === '') {
    if (declared.fallback === undefined) problems.push(`${declared.name} is missing (${declared.doc})`)
    else refuseOne(declared, declared.fallback, problems, production)
    return declared.fallback
  }
  try {
    const value = declared.parse(given)
    refuseOne(declared, value, problems, production)
    return value
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
  const production = isProduction(env)
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

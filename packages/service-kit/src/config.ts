// Configuration of a service from environment variables: typed and frozen. One error names every problem.
import { services, type UpstreamName, upstreamNames } from '@cartwright/contracts'
import { redeliveryDays } from '@cartwright/messaging'
import { checkEngineSecurity, engineSecuritySpec } from './engine-security.ts'
import {
  type ConfigOf,
  type ConfigSpec,
  days,
  developmentOnly,
  flag,
  integer,
  keyMaterial,
  originList,
  ratio,
  shopLocale,
  shopNameText,
  text,
  textList,
  timeZone,
  type Variable,
  variable,
} from './variables.ts'

/** Variables that every service declares under its own prefix. */
export interface ServiceConfigSpec extends ConfigSpec {
  /** Port of the HTTP server; 0 takes a free one. */
  port: Variable<number>
  /** Port of the metrics page; 0 takes a free one. */
  metricsPort: Variable<number>
}

/** Variables that a service with a schema declares besides. */
export interface SchemaConfigSpec extends ServiceConfigSpec {
  databaseUrl: Variable<string>
  poolSize: Variable<number>
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Thrown for missing or wrong configuration; the message has one line for each problem. */
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

/** Turns EADDRINUSE into a ConfigError; returns every other error as it is. */
export const portTaken = (error: unknown, service: string, host: string, port: number): unknown =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    ? new ConfigError(service, [`port ${port} of ${host} is taken by another process; choose another one, or 0 for any free one`])
    : error

const environments = ['development', 'test', 'production']

/** The environment whose rules hold. An unknown name refuses to start and counts as production until then. */
export const environmentVariable = variable<string>('text', (name) => {
  if (!environments.includes(name)) throw new Error(`is ${name}, but must be ${environments.join(' or ')}`)
  return name
})('NODE_ENV', 'development, test or production, which refuses weak secrets, stand-ins and development data', 'development')
/** Whether the rules of production hold. */
export const isProduction = ({ NODE_ENV: name }: Environment): boolean =>
  name !== undefined && name !== '' && name !== 'development' && name !== 'test'

type UpstreamUrls = { [N in UpstreamName as `${N}Url`]: Variable<string | null> }
/** `identityUrl` and the like: where each service answers. */
const upstreamUrls = Object.fromEntries(
  upstreamNames.map((name) => [`${name}Url`, text(services[name].url, `Where ${name} answers`, null)]),
) as UpstreamUrls

/** Variables of tracing, with the names that OpenTelemetry gives them. */
export const tracingSpec = {
  tracingDisabled: flag('OTEL_SDK_DISABLED', 'Keep tracing off although a collector is named', false),
  otlpEndpoint: text(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'Where spans are sent with OTLP over HTTP, such as `http://localhost:4318`; without it tracing is off',
    null,
  ),
  traceRatio: ratio(
    'OTEL_TRACES_SAMPLER_ARG',
    'Share of new traces that is recorded, from 0 to 1; a trace that a caller began follows its `traceparent`',
    1,
  ),
} satisfies ConfigSpec

/** Variables that all services share. Their names have no prefix. */
export const sharedSpec = {
  ...tracingSpec,
  environment: environmentVariable,
  logLevel: text('LOG_LEVEL', 'pino level', 'info'),
  host: text('SERVICE_HOST', 'Address to listen on', '127.0.0.1'),
  publicUrl: text(
    'PUBLIC_URL',
    'Address of the gateway as shoppers see it; every outward link starts with it',
    'http://localhost:8080',
  ),
  shopName: shopNameText('SHOP_NAME', 'Name of the shop, in mails, on pages and in `GET /v1/shop`', 'Cartwright'),
  returnOrigins: originList(
    'CHECKOUT_RETURN_ORIGINS',
    'Origins beside that of `PUBLIC_URL` that shoppers may return to after paying, comma-separated; loopback is allowed outside production',
    [],
  ),
  kafkaBrokers: textList('KAFKA_BROKERS', 'Brokers as host:port, comma-separated; distributed mode only', []),
  redisUrl: text('REDIS_URL', 'Redis; without it caches are bypassed and rate limits count per instance', null),
  elasticsearchUrl: text(
    'ELASTICSEARCH_URL',
    'Elasticsearch 8 or 9; without it each replica of catalog searches an index in its memory',
    null,
  ),
  ...engineSecuritySpec,
  locale: shopLocale(
    'SHOP_LOCALE',
    'Locale of the shop, such as `en` or `de-AT`: of alerts to operators, and of texts for readers whose language the shop does not write',
    'en',
  ),
  timeZone: timeZone('SHOP_TIME_ZONE', 'Time zone of the times in mails and on pages, such as `Europe/Berlin`', 'UTC'),
  internalAuthSecret: keyMaterial(text('INTERNAL_AUTH_SECRET', 'Signs the 60 s tokens of calls between services')),
  jwksUrl: text('AUTH_JWKS_URL', 'Where the public keys of access tokens are read', null),
  jwks: text('AUTH_JWKS', 'Public keys inline, as JSON; for tests', null),
  issuer: text('AUTH_ISSUER', 'Issuer of access tokens', 'cartwright'),
  ...upstreamUrls,
  uploadTimeoutMs: integer(
    'UPLOAD_TIMEOUT_MS',
    'Milliseconds in which the head of a request, and after it the body, must arrive',
    15_000,
  ),
  seed: developmentOnly(flag('SEED_DEVELOPMENT_DATA', 'Write the development data at start; refused in production', false)),
  migrateAtStart: flag(
    'MIGRATE_AT_START',
    'Apply the migrations at start; false waits until another process, such as a job before the rollout, has applied them',
    true,
  ),
  crashPoint: developmentOnly(
    text(
      'CRASH_POINT',
      'For fault tests: `<point>` or `<point>:<event type, job kind, operation or task>` at which the process kills itself, or stands still with `freeze@` before it; refused in production',
      null,
    ),
  ),
  faultFlags: developmentOnly(
    flag('FAULT_FLAGS', 'Let `npm run ops -- fault` inject faults by the metrics port; refused in production', false),
  ),
  invariantsEverySec: integer(
    'INVARIANTS_EVERY_SEC',
    'Seconds between two checks of the invariants, in one replica at a time; 0 checks none',
    30,
  ),
  metricsCacheSec: integer(
    'METRICS_CACHE_SEC',
    'Seconds for which `/metrics` serves what it has measured in the database and in Kafka; 0 measures at each reading',
    5,
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
  const unknown = Object.keys(env).filter((name) => name.startsWith(prefix) && !known.has(name))
  problems.push(...unknown.map((name) => `${name} is not a variable of ${service}`))
  if (problems.length > 0) throw new ConfigError(service, problems)
  return Object.freeze(values) as ConfigOf<S>
}

/**
 * Reads the shared variables and those of one service, so that one message names all problems.
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
  if (shared !== undefined) problems.push(...checkEngineSecurity(shared, shared))
  const config = collect(() => readConfig(service, prefix, spec, env))
  if (shared === undefined || config === undefined || problems.length > 0) throw new ConfigError(service, problems)
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

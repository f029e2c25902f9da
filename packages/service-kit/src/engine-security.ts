// TLS and credentials of Kafka, MySQL, Redis and Elasticsearch: the variables, their checks at the start, and what each client takes.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Logger } from '@cartwright/telemetry'
import { type ConfigOf, flag, secret, text, type Variable } from './variables.ts'

const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** The reason why a text is no list of certificates in force; null when it is one. */
const weaknessOfCertificates = (pem: string): string | null => {
  const blocks = pem.match(certificatePattern) ?? []
  if (blocks.length === 0) return 'holds no certificate in PEM'
  const ends = blocks.map((block) => new X509Certificate(block).validToDate)
  const last = new Date(Math.max(...ends.map(Number)))
  return last < new Date() ? `holds only certificates that have expired, the last on ${last.toISOString().slice(0, 10)}` : null
}

const weaknessOfKey = (pem: string): string | null =>
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem) ? null : 'holds no private key in PEM'

/** Declares the path of a PEM file, which is read and checked at the start. */
export const tlsFile = (name: string, doc: string, holds: 'certificates' | 'key' = 'certificates'): Variable<string | null> => ({
  ...text(name, doc, null),
  parse: (path) => {
    let pem: string
    try {
      pem = readFileSync(path, 'utf8')
    } catch {
      throw new Error(`names ${path}, which cannot be read`)
    }
    const weakness = holds === 'key' ? weaknessOfKey(pem) : weaknessOfCertificates(pem)
    if (weakness !== null) throw new Error(`names ${path}, which ${weakness}`)
    return path
  },
})

/** The contents of a PEM file that `tlsFile` has checked. */
export const readTlsFile = (path: string): string => readFileSync(path, 'utf8')

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const
type Mechanism = (typeof mechanisms)[number]

const saslMechanism: Variable<Mechanism | null> = {
  ...text('KAFKA_SASL_MECHANISM', 'How services sign in to Kafka: `plain`, `scram-sha-256` or `scram-sha-512`', null),
  fallback: null,
  parse: (given) => {
    const found = mechanisms.find((name) => name === given.toLowerCase())
    if (found === undefined) throw new Error(`is ${given}, but must be ${mechanisms.join(' or ')}`)
    return found
  },
}

/** Variables of connections to MySQL, also for programs that are no service. */
export const databaseTlsSpec = {
  databaseTls: flag('DATABASE_TLS', 'Encrypt connections to the database, and verify its certificate and host name', false),
  databaseTlsCaFile: tlsFile(
    'DATABASE_TLS_CA_FILE',
    'PEM file with the certificate authorities of the database; the system’s when left out. Turns DATABASE_TLS on',
  ),
}

export const engineSecuritySpec = {
  ...databaseTlsSpec,
  kafkaTls: flag('KAFKA_TLS', 'Encrypt connections to Kafka, and verify certificate and host name of each broker', false),
  kafkaTlsCaFile: tlsFile(
    'KAFKA_TLS_CA_FILE',
    'PEM file with the certificate authorities of the brokers; the system’s when left out. Turns KAFKA_TLS on',
  ),
  kafkaTlsCertFile: tlsFile('KAFKA_TLS_CERT_FILE', 'PEM file with a client certificate for Kafka, with KAFKA_TLS_KEY_FILE'),
  kafkaTlsKeyFile: tlsFile('KAFKA_TLS_KEY_FILE', 'PEM file with the private key of the client certificate', 'key'),
  saslMechanism,
  saslUsername: text('KAFKA_SASL_USERNAME', 'User at Kafka', null),
  saslPassword: secret(text('KAFKA_SASL_PASSWORD', 'Password at Kafka', null)),
  redisTlsCaFile: tlsFile(
    'REDIS_TLS_CA_FILE',
    'PEM file with the certificate authorities of Redis, for a REDIS_URL with `rediss://user:password@host:port`',
  ),
  elasticsearchUsername: text('ELASTICSEARCH_USERNAME', 'User at Elasticsearch', null),
  elasticsearchPassword: secret(text('ELASTICSEARCH_PASSWORD', 'Password at Elasticsearch', null)),
  elasticsearchApiKey: secret(
    text('ELASTICSEARCH_API_KEY', 'API key of Elasticsearch in base64, in place of user and password', null),
  ),
  elasticsearchCaFile: tlsFile(
    'ELASTICSEARCH_CA_FILE',
    'PEM file with the certificate authorities of Elasticsearch, for an ELASTICSEARCH_URL with https://',
  ),
}
type EngineSecurity = ConfigOf<typeof engineSecuritySpec>

/** What is wrong with the combination of the variables, one line for each problem. */
export const checkEngineSecurity = (
  given: EngineSecurity,
  { redisUrl, elasticsearchUrl }: { redisUrl: string | null; elasticsearchUrl: string | null },
): string[] => {
  const sasl = [given.saslMechanism, given.saslUsername, given.saslPassword]
  const user = [given.elasticsearchUsername, given.elasticsearchPassword]
  const isPartial = (values: readonly unknown[]) => values.some((value) => value !== null) && values.includes(null)
  return [
    ...(isPartial(sasl) ? ['KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be set together'] : []),
    ...(isPartial([given.kafkaTlsCertFile, given.kafkaTlsKeyFile])
      ? ['KAFKA_TLS_CERT_FILE and KAFKA_TLS_KEY_FILE must be set together']
      : []),
    ...(isPartial(user) ? ['ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD must be set together'] : []),
    ...(given.elasticsearchApiKey !== null && given.elasticsearchUsername !== null
      ? ['ELASTICSEARCH_API_KEY replaces ELASTICSEARCH_USERNAME: set only one of them']
      : []),
    ...(given.redisTlsCaFile !== null && redisUrl !== null && !redisUrl.startsWith('rediss://')
      ? ['REDIS_TLS_CA_FILE needs a REDIS_URL that starts with rediss://']
      : []),
    ...(given.elasticsearchCaFile !== null && elasticsearchUrl !== null && !elasticsearchUrl.startsWith('https://')
      ? ['ELASTICSEARCH_CA_FILE needs an ELASTICSEARCH_URL that starts with https://']
      : []),
  ]
}

/** The address of a schema with the settings of TLS, which the database package reads from it. A socket needs none. */
export const secureDatabaseUrl = (
  given: string,
  { databaseTls, databaseTlsCaFile }: ConfigOf<typeof databaseTlsSpec>,
): string => {
  const url = new URL(given)
  if ((!databaseTls && databaseTlsCaFile === null) || url.searchParams.has('socket')) return given
  url.searchParams.set('tls', 'true')
  if (databaseTlsCaFile !== null) url.searchParams.set('ca', databaseTlsCaFile)
  return url.href
}

/** TLS and SASL of the Kafka transport. */
export const kafkaSecurity = (given: EngineSecurity) => {
  const { kafkaTlsCaFile: ca, kafkaTlsCertFile: cert, kafkaTlsKeyFile: key, saslMechanism: mechanism } = given
  const [username, password] = [given.saslUsername, given.saslPassword]
  const tls = {
    ...(ca === null ? {} : { ca: readTlsFile(ca) }),
    ...(cert === null || key === null ? {} : { cert: readTlsFile(cert), key: readTlsFile(key) }),
  }
  return {
    ...(given.kafkaTls || Object.keys(tls).length > 0 ? { tls } : {}),
    ...(mechanism === null || username === null || password === null ? {} : { sasl: { mechanism, username, password } }),
  }
}

/** TLS option of the Redis client; a `rediss://` address without a file uses the system's certificate authorities. */
export const redisTls = ({ redisTlsCaFile }: EngineSecurity): { tls?: { ca: string } } =>
  redisTlsCaFile === null ? {} : { tls: { ca: readTlsFile(redisTlsCaFile) } }

/** Credentials and TLS options of an Elasticsearch client. */
export const elasticsearchAccess = (given: EngineSecurity) => {
  const {
    elasticsearchUsername: username,
    elasticsearchPassword: password,
    elasticsearchApiKey: apiKey,
    elasticsearchCaFile: ca,
  } = given
  return {
    ...(apiKey !== null ? { auth: { apiKey } } : username !== null && password !== null ? { auth: { username, password } } : {}),
    ...(ca === null ? {} : { tls: { ca: readTlsFile(ca) } }),
  }
}

const refusals = /WRONGPASS|NOAUTH|NOPERM|certificate|altnames|wrong version number|SSL routines/i

/** Logs errors of a client that reconnects by itself. Refused credentials or certificates are a warning, each once; an engine that is away is not. */
export const logEngineErrors = (log: Logger, engine: string, variables: string) => {
  const told = new Set<string>()
  return (error: Error): void => {
    if (!refusals.test(error.message) || told.has(error.message)) {
      log.debug({ err: error }, `${engine} is unavailable`)
      return
    }
    told.add(error.message)
    log.warn({ reason: error.message }, `${engine} refuses the connection (${error.message}); check ${variables}`)
  }
}

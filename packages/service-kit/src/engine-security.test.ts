// Tests of the variables for TLS and credentials: wrong files and incomplete combinations refuse to start with one line each.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ConfigError, type Environment, readAllConfig, redacted, sharedSpec } from './config.ts'
import { kafkaSecurity, secureDatabaseUrl } from './engine-security.ts'

/** A certificate that was valid on one day of 2020; its key is lost. */
const expired = `-----BEGIN CERTIFICATE-----
MIIBCjCBsgIBATAKBggqhkjOPQQDAjASMRAwDgYDVQQDDAdleHBpcmVkMB4XDTIw
MDEwMTAwMDAwMFoXDTIwMDEwMjAwMDAwMFowEjEQMA4GA1UEAwwHZXhwaXJlZDBZ
MBMGByqGSM49AgEGCCqGSM49AwEHA0IABCdmh4dl4h+BUlBhK/Bb7glQwN+lpbIz
lN/1zTdVJqOuwBRhlJFqLczna+IlqGHzJQBbEd32QonixOQC+Fz2PTowCgYIKoZI
zj0EAwIDRwAwRAIgNP12BZ4w7VleNq3aMoLrmlx4Ga4GnQJM5VHuVkrJRsoCIFWA
kxp17QHGEAWJvRwxOgne8g1c5PN4UKli25LyHMV9
-----END CERTIFICATE-----
`

const folder = mkdtempSync(join(tmpdir(), 'cartwright-tls-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, contents: string): string => {
  writeFileSync(join(folder, name), contents)
  return join(folder, name)
}
const expiredFile = file('expired.pem', expired)
const textFile = file('text.pem', 'no certificate')

const read = (env: Environment) => readAllConfig('order', 'ORDER_', {}, { INTERNAL_AUTH_SECRET: 's', ...env }).shared
const problemsOf = (env: Environment): readonly string[] => {
  try {
    read(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

test.each([
  [{ KAFKA_TLS_CA_FILE: '/nowhere.pem' }, 'KAFKA_TLS_CA_FILE names /nowhere.pem, which cannot be read'],
  [{ DATABASE_TLS_CA_FILE: textFile }, `DATABASE_TLS_CA_FILE names ${textFile}, which holds no certificate in PEM`],
  [
    { ELASTICSEARCH_CA_FILE: expiredFile },
    `ELASTICSEARCH_CA_FILE names ${expiredFile}, which holds only certificates that have expired, the last on 2020-01-02`,
  ],
  [{ KAFKA_SASL_MECHANISM: 'gssapi' }, 'KAFKA_SASL_MECHANISM is gssapi, but must be plain or scram-sha-256 or scram-sha-512'],
  [
    { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_PASSWORD: 'hunter2' },
    'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be set together',
  ],
  [{ ELASTICSEARCH_USERNAME: 'shop' }, 'ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD must be set together'],
  [
    { ELASTICSEARCH_USERNAME: 'shop', ELASTICSEARCH_PASSWORD: 'hunter2', ELASTICSEARCH_API_KEY: 'hunter2' },
    'ELASTICSEARCH_API_KEY replaces ELASTICSEARCH_USERNAME: set only one of them',
  ],
])('%o is refused with one line that holds no secret', (env, problem) => {
  expect(problemsOf(env)).toEqual([problem])
  expect(problem).not.toContain('hunter2')
})

test('passwords and keys are not printed', () => {
  const shared = read({
    KAFKA_SASL_MECHANISM: 'plain',
    KAFKA_SASL_USERNAME: 'shop',
    KAFKA_SASL_PASSWORD: 'hunter2',
    ELASTICSEARCH_API_KEY: 'hunter2',
    REDIS_URL: 'rediss://shop:hunter2@cache:6380',
  })
  expect(kafkaSecurity(shared)).toEqual({ sasl: { mechanism: 'plain', username: 'shop', password: 'hunter2' } })
  expect(JSON.stringify(redacted(sharedSpec, shared))).not.toContain('hunter2')
})

test('an address of the database gets the settings of TLS unless it is a socket', () => {
  const url = 'mysql://shop:hunter2@db.test/shop_cart'
  expect(secureDatabaseUrl(url, { databaseTls: false, databaseTlsCaFile: null })).toBe(url)
  expect(secureDatabaseUrl(url, { databaseTls: true, databaseTlsCaFile: null })).toBe(`${url}?tls=true`)
  expect(secureDatabaseUrl(url, { databaseTls: false, databaseTlsCaFile: '/ca.pem' })).toBe(`${url}?tls=true&ca=%2Fca.pem`)
  expect(secureDatabaseUrl(`${url}?socket=/s`, { databaseTls: true, databaseTlsCaFile: null })).toBe(`${url}?socket=/s`)
})

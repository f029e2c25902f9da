// Cart as a process against engines that demand TLS and a password: Kafka, MariaDB and Redis. A wrong value is one clear line without a secret.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { connect } from '@cartwright/db'
import { kafkaTransport } from '@cartwright/messaging/kafka'
import { claimPort, makeCertificates, startKafka, startMysql, startRedis, type TestCertificates } from '@cartwright/native'
import type { Environment } from '@cartwright/service-kit'
import { eventually, tokenMaker } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'cartwright-secure-'))
const password = `pw-${randomBytes(9).toString('hex')}`
const wrong = 'wrong-secret-1'
const opened = new AsyncDisposableStack()
opened.defer(() => rmSync(folder, { recursive: true, force: true }))

let certificates: TestCertificates
let databaseUrl: string
let redisPort: number
let secured: Environment

const startEngines = async () => {
  const [kafkaPort, redis] = [await claimPort(19592), await claimPort(16392)]
  const aclFile = join(folder, 'users.acl')
  // Without a password a client may only ask for the version, as the supervisor of the engine does.
  writeFileSync(aclFile, `user shop on >${password} ~* &* +@all\nuser default on nopass -@all +info\n`)
  const { caFile, certFile, keyFile, keystoreFile } = certificates
  const engines = await Promise.all([
    startKafka({
      dataDir: join(folder, 'kafka'),
      port: 19492,
      secure: { port: kafkaPort.port, keystoreFile, user: 'shop', password },
    }),
    startMysql({
      dataDir: join(folder, 'mariadb'),
      port: 13506,
      durable: false,
      args: [`--ssl-ca=${caFile}`, `--ssl-cert=${certFile}`, `--ssl-key=${keyFile}`, '--require-secure-transport=ON'],
    }),
    startRedis({
      dataDir: join(folder, 'redis'),
      port: 16292,
      settings: {
        'tls-port': String(redis.port),
        'tls-cert-file': certFile,
        'tls-key-file': keyFile,
        'tls-auth-clients': 'no',
        aclfile: aclFile,
      },
    }),
  ])
  for (const engine of engines) opened.defer(() => engine.stop())
  opened.defer(kafkaPort.release)
  opened.defer(redis.release)
  return { kafka: kafkaPort.port, mysql: engines[1].url, redis: redis.port }
}

beforeAll(async () => {
  certificates = await makeCertificates(join(folder, 'certificates'))
  const { kafka, mysql, redis } = await startEngines()
  redisPort = redis
  const root = await connect(`${mysql}?tls=true&ca=${encodeURIComponent(certificates.caFile)}`)
  await root.query('CREATE DATABASE shop_cart')
  await root.end()
  databaseUrl = `${mysql}shop_cart`
  secured = {
    KAFKA_BROKERS: `127.0.0.1:${kafka}`,
    KAFKA_TLS_CA_FILE: certificates.caFile,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: 'shop',
    KAFKA_SASL_PASSWORD: password,
    DATABASE_TLS_CA_FILE: certificates.caFile,
    CART_DATABASE_URL: databaseUrl,
    REDIS_URL: `rediss://shop:${password}@127.0.0.1:${redis}`,
    REDIS_TLS_CA_FILE: certificates.caFile,
    INTERNAL_AUTH_SECRET: 'development-internal-secret-for-tests',
    AUTH_JWKS: (await tokenMaker()).jwks,
    CART_PORT: '0',
    CART_METRICS_PORT: '0',
  }
}, 180_000)
afterAll(() => opened.disposeAsync())

const entry = fileURLToPath(new URL('../../../../services/cart/src/main.ts', import.meta.url))

interface Cart extends AsyncDisposable {
  process: ChildProcess
  output(): string
}

const startCart = (changed: Environment = {}): Cart => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], {
    env: { PATH: process.env.PATH, ...secured, ...changed } as Record<string, string>,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (output += bytes.toString('utf8')))
  return {
    process: child,
    output: () => output,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** Sends a command to Redis as the shop's user. */
const askRedis = async (command: string): Promise<string> => {
  const socket = connectTls({ port: redisPort, host: '127.0.0.1', ca: readFileSync(certificates.caFile) })
  socket.write(`AUTH shop ${password}\r\n${command}\r\n`)
  let answer = ''
  socket.on('data', (bytes: Buffer) => (answer += bytes.toString('utf8')))
  await eventually(
    'Redis answers twice',
    async () => answer.replace('+OK\r\n', '').endsWith('\r\n') && answer.length > 20,
    10_000,
  )
  socket.destroy()
  return answer
}

test('a service starts with TLS and a password at each engine', { timeout: 120_000 }, async () => {
  await using cart = startCart()
  const [ready] = (await once(cart.process, 'message')) as [{ url: string }]
  await eventually('the service is ready', async () => (await fetch(`${ready.url}/readyz`)).ok, 60_000)
  expect(await askRedis('CLIENT LIST')).toMatch(/user=shop/)
  expect(cart.output()).not.toContain(password)
})

test.each(['plain', 'scram-sha-256'] as const)('the transport signs in to Kafka by %s', async (mechanism) => {
  const transport = await kafkaTransport({
    brokers: [secured.KAFKA_BROKERS ?? ''],
    clientId: 'secure-engines',
    tls: { ca: readFileSync(certificates.caFile, 'utf8') },
    sasl: { mechanism, username: 'shop', password },
    partitions: 1,
  })
  await transport.ensureTopics([`secure-${mechanism}.events`])
  await transport.close()
})

test('the database refuses a connection without TLS', async () => {
  await expect(connect(databaseUrl)).rejects.toThrow(/Access denied|secure transport/)
})

test.each([
  [
    'a wrong password at Kafka and an unknown authority of Redis',
    () => ({ KAFKA_SASL_PASSWORD: wrong, REDIS_TLS_CA_FILE: certificates.unknownCaFile }),
    [/kafka: no connection yet \(SASL [^)]*\)/, /Redis refuses the connection \(.*certificate/],
  ],
  [
    'an unknown authority of Kafka and a wrong password at Redis',
    () => ({ KAFKA_TLS_CA_FILE: certificates.unknownCaFile, REDIS_URL: `rediss://shop:${wrong}@127.0.0.1:${redisPort}` }),
    [/kafka: no connection yet \(.*certificate/, /Redis refuses the connection \(WRONGPASS/],
  ],
  [
    'a wrong password at the database',
    () => ({ CART_DATABASE_URL: databaseUrl.replace(/root:[^@]*@/, `root:${wrong}@`) }),
    [/cart cannot start: .*Access denied/],
  ],
  ['an unknown authority of the database', () => ({ DATABASE_TLS_CA_FILE: certificates.unknownCaFile }), [/certificate/]],
] as const)('%s is told in one line that holds no secret', { timeout: 120_000 }, async (_, changed, lines) => {
  await using cart = startCart(changed())
  await eventually('the lines are printed', async () => lines.every((line) => line.test(cart.output())), 60_000)
  for (const line of lines)
    expect(
      cart
        .output()
        .split('\n')
        .filter((text) => line.test(text)),
    ).toHaveLength(1)
  expect(cart.output()).not.toContain(wrong)
  expect(cart.output()).not.toContain(password)
})

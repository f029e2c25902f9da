// Starts Kafka as a local process: one node that is broker and controller, with jars from Maven, little memory and quick restarts.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { provision } from './cache.ts'
import { type DataDirectory, prepareDataDirectory, releaseOnFailure } from './data-directory.ts'
import type { Engine, Log, StartOptions } from './engine.ts'
import { fetchLibrary, findJava } from './maven.ts'
import { claimPort, defaultPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { run } from './tools.ts'
import { probeKafka } from './wire.ts'

const version = '4.4.0'
const library = {
  coordinates: [`org.apache.kafka:kafka_2.13:${version}`, 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.3'],
  sha256: '8b585a874cfffef887cde6fd862b8d08eb8d1981716b4d66229fb9792a564604',
}

const javaFlags = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true']

const logging = `status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=[%d] %p %m (%c{1})%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
`

export const fetchKafka = (log: Log): Promise<string> =>
  provision({
    name: `kafka-${version}`,
    what: 'Kafka',
    log,
    fill: async (folder) => {
      log(`downloading Kafka ${version} (43 MB)`)
      await fetchLibrary(library, folder, log)
    },
  })

/** A second listener that demands TLS and a password. */
interface SecureListener {
  port: number
  /** PEM file with private key and certificate. */
  keystoreFile: string
  user: string
  password: string
}

const secureSettings = ({ port, keystoreFile, user, password }: SecureListener) => {
  const module = 'org.apache.kafka.common.security'
  return {
    listeners: `SASL_SSL://127.0.0.1:${port}`,
    settings: {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': keystoreFile,
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.sasl_ssl.plain.sasl.jaas.config': `${module}.plain.PlainLoginModule required user_${user}="${password}";`,
      'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': `${module}.scram.ScramLoginModule required;`,
      'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${module}.scram.ScramLoginModule required;`,
    },
  }
}

interface Listeners {
  controllerPort: number
  /** The port that the broker announces to clients. */
  advertisedPort: number
  secure: SecureListener | null
}

const settings = (directory: DataDirectory, logDir: string, { controllerPort, advertisedPort, secure }: Listeners): string => {
  const secured = secure === null ? null : secureSettings(secure)
  const more = secured === null ? '' : `,${secured.listeners}`
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${directory.port},CONTROLLER://127.0.0.1:${controllerPort}${more}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort},CONTROLLER://127.0.0.1:${controllerPort}${more}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL',
    'log.dirs': logDir,
    // Topics come from the contracts: reading a misspelt name must not create a topic.
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 2,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 2,
    // By default the first member of a group waits 3 s for others.
    'group.initial.rebalance.delay.ms': 0,
    // By default this takes 130 MiB.
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    // The controller fences a killed broker after 1.5 s, so a restart is quick.
    'broker.heartbeat.interval.ms': 250,
    'broker.session.timeout.ms': 1500,
    'num.network.threads': 2,
    'num.io.threads': 4,
    ...secured?.settings,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** 22 characters of base64url, the same for the same folder. The first bit is zero, because an id that begins with a dash is an option. */
export const clusterId = (dataDir: string): string => {
  const bytes = createHash('sha256').update(dataDir).digest().subarray(0, 16)
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return bytes.toString('base64url')
}

interface Java {
  java: string
  classPath: string
}

/** Accounts for SCRAM are part of the cluster's metadata. */
const scramUsers = (secure: SecureListener | null): string[] =>
  secure === null
    ? []
    : ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((name) => [
        '--add-scram',
        `${name}=[name=${secure.user},password=${secure.password}]`,
      ])

const format = async (directory: DataDirectory, { java, classPath }: Java, listeners: Listeners): Promise<void> => {
  if (existsSync(directory.path('data'))) return
  const fresh = directory.path('data.new')
  rmSync(fresh, { recursive: true, force: true })
  const file = directory.path('format.properties')
  writeFileSync(file, settings(directory, fresh, listeners))
  const flags = [...javaFlags, `-Dlog4j2.configurationFile=${directory.path('log4j2.properties')}`]
  await run(java, [
    ...flags,
    '-cp',
    classPath,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId(directory.dataDir),
    '-c',
    file,
    '--standalone',
    ...scramUsers(listeners.secure),
  ])
  rmSync(file)
  renameSync(fresh, directory.path('data'))
}

export interface KafkaOptions extends StartOptions {
  /** The port that the broker announces to clients, for a proxy in front of it. The broker's own port by default. */
  advertisedPort?: number
  /** A second listener that demands TLS and a password. None by default. */
  secure?: SecureListener
}

/** Starts Kafka on its folder. @throws EngineError */
export const startKafka = async (options: KafkaOptions): Promise<Engine> => {
  const log = options.log ?? (() => undefined)
  const java = await findJava('set KAFKA_BROKERS (in tests TEST_KAFKA_BROKERS) to a running Kafka', log)
  const program = { java, classPath: join(await fetchKafka(log), 'lib', '*') }
  const directory = await prepareDataDirectory('kafka', defaultPorts.kafka, options)
  return releaseOnFailure(directory, async () => {
    const controller = await claimPort(defaultPorts.kafkaController)
    mkdirSync(directory.dataDir, { recursive: true })
    writeFileSync(directory.path('log4j2.properties'), logging)
    const advertisedPort = options.advertisedPort ?? directory.port
    const listeners = { controllerPort: controller.port, advertisedPort, secure: options.secure ?? null }
    await format(directory, program, listeners)
    writeFileSync(directory.path('server.properties'), settings(directory, directory.path('data'), listeners))
    const flags = [...javaFlags, `-Dlog4j2.configurationFile=${directory.path('log4j2.properties')}`]
    return superviseEngine({
      ...directory,
      title: 'Kafka',
      url: `127.0.0.1:${directory.port}`,
      command: { program: java, args: [...flags, '-cp', program.classPath, 'kafka.Kafka', directory.path('server.properties')] },
      probe: () => probeKafka(directory.port, version),
      release: () => {
        controller.release()
        directory.release()
      },
    })
  })
}

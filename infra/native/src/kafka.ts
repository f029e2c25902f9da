// Kafka, one node that is broker and controller: its jars by Maven, settings that keep it small and quick to come back.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { provision } from './cache.ts'
import type { Engine, Log, StartOptions } from './engine.ts'
import { fetchLibrary, findJava } from './maven.ts'
import { orRelease, type Place, preparePlace } from './place.ts'
import { claimPort, usualPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { run } from './tools.ts'
import { askKafka } from './wire.ts'

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
      log(`fetching Kafka ${version} (43 MB)`)
      await fetchLibrary(library, folder, log)
    },
  })

const settings = (place: Place, controllerPort: number, logDir: string, advertisedPort: number): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${place.port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logDir,
    // Topics come from the contracts: a misspelt one must not appear by being read.
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 2,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 2,
    // The first join of a group would wait 3 s for others.
    'group.initial.rebalance.delay.ms': 0,
    // The default takes 130 MiB.
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    // A broker that was killed is taken for dead after 1.5 s, so its restart is quick.
    'broker.heartbeat.interval.ms': 250,
    'broker.session.timeout.ms': 1500,
    'num.network.threads': 2,
    'num.io.threads': 4,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')

/** 22 characters of base64url, the same for the same folder. The first bit is zero, so that none begins with the dash of an option. */
export const clusterId = (dataDir: string): string => {
  const bytes = createHash('sha256').update(dataDir).digest().subarray(0, 16)
  bytes[0] = (bytes[0] ?? 0) & 0x7f
  return bytes.toString('base64url')
}

interface Java {
  java: string
  classPath: string
}

const format = async (place: Place, { java, classPath }: Java, controllerPort: number): Promise<void> => {
  if (existsSync(place.path('data'))) return
  const fresh = place.path('data.new')
  rmSync(fresh, { recursive: true, force: true })
  const file = place.path('format.properties')
  writeFileSync(file, settings(place, controllerPort, fresh, place.port))
  const flags = [...javaFlags, `-Dlog4j2.configurationFile=${place.path('log4j2.properties')}`]
  await run(java, [
    ...flags,
    '-cp',
    classPath,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId(place.dataDir),
    '-c',
    file,
    '--standalone',
  ])
  rmSync(file)
  renameSync(fresh, place.path('data'))
}

export interface KafkaOptions extends StartOptions {
  /** Where clients are told to come: the port of a proxy in front of the broker. The broker's own port when left out. */
  advertisedPort?: number
}

/** Starts Kafka on its folder. @throws EngineError */
export const startKafka = async (options: KafkaOptions): Promise<Engine> => {
  const log = options.log ?? (() => undefined)
  const java = await findJava('set KAFKA_BROKERS (in tests TEST_KAFKA_BROKERS) to a running Kafka', log)
  const program = { java, classPath: join(await fetchKafka(log), 'lib', '*') }
  const place = await preparePlace('kafka', usualPorts.kafka, options)
  return orRelease(place, async () => {
    const controller = await claimPort(usualPorts.kafkaController)
    mkdirSync(place.dataDir, { recursive: true })
    writeFileSync(place.path('log4j2.properties'), logging)
    await format(place, program, controller.port)
    writeFileSync(
      place.path('server.properties'),
      settings(place, controller.port, place.path('data'), options.advertisedPort ?? place.port),
    )
    const flags = [...javaFlags, `-Dlog4j2.configurationFile=${place.path('log4j2.properties')}`]
    return superviseEngine({
      ...place,
      title: 'Kafka',
      url: `127.0.0.1:${place.port}`,
      command: { program: java, args: [...flags, '-cp', program.classPath, 'kafka.Kafka', place.path('server.properties')] },
      probe: () => askKafka(place.port, version),
      release: () => {
        controller.release()
        place.release()
      },
    })
  })
}

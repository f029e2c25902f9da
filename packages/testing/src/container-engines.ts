// Engines for tests in containers, of the images that docker-compose.yml pins. A machine without a Docker engine has none.
import { readFileSync } from 'node:fs'
import { claimPort } from '@cartwright/native'
import { GenericContainer, getContainerRuntimeClient, getReaper, type StartedTestContainer, Wait } from 'testcontainers'

export type TestEngine = 'mysql' | 'realMysql' | 'redis' | 'kafka' | 'elasticsearch'

const startupLimitMs = 120_000
const firstKafkaPort = 29_092

/** The image as docker-compose.yml pins it. */
const imageOf = (name: string): string => {
  const compose = readFileSync(new URL('../../../docker-compose.yml', import.meta.url), 'utf8')
  const image = new RegExp(`image: (${name}:\\S+)`).exec(compose)?.[1]
  if (image === undefined) throw new Error(`docker-compose.yml has no image ${name}`)
  return image
}

interface ContainerEngine {
  url: string
  stop(): Promise<void>
}

const start = async (container: GenericContainer, url: (started: StartedTestContainer) => string): Promise<ContainerEngine> => {
  const started = await container.withStartupTimeout(startupLimitMs).start()
  return {
    url: url(started),
    stop: async () => {
      await started.stop()
    },
  }
}

const startMysql = () =>
  start(
    new GenericContainer(imageOf('mysql'))
      .withEnvironment({ MYSQL_ROOT_PASSWORD: 'test', MYSQL_USER: 'test', MYSQL_PASSWORD: 'test' })
      .withCopyContentToContainer([
        { content: "GRANT ALL ON *.* TO 'test'@'%' WITH GRANT OPTION;\n", target: '/docker-entrypoint-initdb.d/rights.sql' },
      ])
      .withCommand([
        'mysqld',
        '--user=mysql',
        '--mysqlx=OFF',
        '--disable-log-bin',
        '--skip-name-resolve',
        '--max-connections=500',
        '--performance-schema=OFF',
        '--innodb-flush-log-at-trx-commit=0',
        '--innodb-flush-method=nosync',
        '--innodb-doublewrite=OFF',
        '--character-set-server=utf8mb4',
        '--collation-server=utf8mb4_unicode_ci',
      ])
      .withExposedPorts(3306)
      .withHealthCheck({
        test: ['CMD', 'mysqladmin', 'ping', '--silent', '--host=127.0.0.1'],
        interval: 2000,
        timeout: 10_000,
        retries: 60,
        startPeriod: 1000,
      })
      .withWaitStrategy(Wait.forHealthCheck()),
    (started) => `mysql://test:test@${started.getHost()}:${started.getMappedPort(3306)}/`,
  )

const startRedis = () =>
  start(
    new GenericContainer(imageOf('redis'))
      .withCommand(['redis-server', '--protected-mode', 'no', '--save', ''])
      .withExposedPorts(6379),
    (started) => `redis://${started.getHost()}:${started.getMappedPort(6379)}`,
  )

/** The broker announces its address itself, so its port is the same inside and outside. */
const startKafka = async (): Promise<ContainerEngine> => {
  const { port, release } = await claimPort(firstKafkaPort)
  const engine = await start(
    new GenericContainer(imageOf('apache/kafka'))
      .withEnvironment({
        CLUSTER_ID: 'Y2FydHdyaWdodC1rYWZrYQ',
        KAFKA_NODE_ID: '1',
        KAFKA_PROCESS_ROLES: 'broker,controller',
        KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:9093',
        KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:9093`,
        KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
        KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
        KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        KAFKA_LOG_DIRS: '/var/lib/kafka/data',
        KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
        KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
        KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
        KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
        KAFKA_HEAP_OPTS: '-Xms64m -Xmx256m',
      })
      .withExposedPorts({ container: port, host: port }),
    () => `127.0.0.1:${port}`,
  )
  return {
    url: engine.url,
    stop: async () => {
      await engine.stop()
      release()
    },
  }
}

const startElasticsearch = () =>
  start(
    new GenericContainer(imageOf('elasticsearch'))
      .withEnvironment({
        'discovery.type': 'single-node',
        'xpack.security.enabled': 'false',
        'xpack.ml.enabled': 'false',
        'cluster.routing.allocation.disk.threshold_enabled': 'false',
        ES_JAVA_OPTS: '-Xms320m -Xmx320m',
      })
      .withExposedPorts(9200)
      .withWaitStrategy(Wait.forHttp('/_cluster/health?wait_for_status=yellow', 9200)),
    (started) => `http://${started.getHost()}:${started.getMappedPort(9200)}`,
  )

/** MariaDB has no image in docker-compose.yml: in containers every suite with SQL runs on MySQL. */
const starts = {
  mysql: startMysql,
  realMysql: startMysql,
  redis: startRedis,
  kafka: startKafka,
  elasticsearch: startElasticsearch,
} as const satisfies Record<TestEngine, () => Promise<ContainerEngine>>

/**
 * True when a Docker engine answers. Ryuk removes the containers of a killed run; where its image cannot be had, this run removes its own
 * only, when it ends.
 */
export const findDockerEngine = async (log: (line: string) => void): Promise<boolean> => {
  const client = await getContainerRuntimeClient().catch(() => null)
  if (client === null) return false
  try {
    await getReaper(client)
  } catch {
    process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
    log(
      'the image of Ryuk cannot be had: remove the containers of a killed run by docker rm --force --volumes $(docker ps --quiet --filter label=org.testcontainers)',
    )
  }
  return true
}

/** @throws Error when the image is absent and cannot be pulled, or the container does not get ready */
export const startInContainer = (name: TestEngine): Promise<ContainerEngine> => starts[name]()

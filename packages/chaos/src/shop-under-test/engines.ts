// Engines of the shop under test: local processes, or engines given by URL. Services reach them through proxies that inject faults.
import { connect } from 'node:net'
import { join } from 'node:path'
import { type SchemaOwner, schemaOwners } from '@cartwright/contracts'
import { type Engine, startElasticsearch, startKafka, startMysql, startRedis } from '@cartwright/native'
import { proxyOf, type TcpProxy, tcpProxy } from '@cartwright/testing'

/** Engines that run already, by URL. The harness can only cut the connections to them. */
export interface GivenEngines {
  mysql?: string | undefined
  redis?: string | undefined
  elasticsearch?: string | undefined
}

/** An engine that is reached through proxies. */
export interface EngineAccess {
  /** The process that the harness started; null for an engine that was given by URL. */
  own: Engine | null
  /** The engine's own address, past every proxy. */
  url: string
}

export interface Engines {
  mysql: EngineAccess
  redis: EngineAccess
  elasticsearch: EngineAccess
  kafka: Engine
  /** One proxy to the database per service. */
  databaseProxies: Readonly<Record<SchemaOwner, TcpProxy>>
  redisProxy: TcpProxy
  elasticsearchProxy: TcpProxy
  kafkaProxy: TcpProxy
  stop(): Promise<void>
}

/** Kafka advertises the address of the proxy, so that every client connects through it. */
const kafkaBehindProxy = async (
  dataDir: string,
  log: (line: string) => void,
): Promise<{ kafka: Engine; kafkaProxy: TcpProxy }> => {
  const target = { host: '127.0.0.1', port: 0 }
  const kafkaProxy = await tcpProxy(target)
  try {
    const kafka = await startKafka({ dataDir, log, advertisedPort: kafkaProxy.port, port: 21_092 })
    target.port = kafka.port
    return { kafka, kafkaProxy }
  } catch (error) {
    await kafkaProxy.stop()
    throw error
  }
}

/** Empties Redis with one command on a plain connection. */
export const emptyRedis = async (url: string): Promise<void> => {
  const { hostname, port } = new URL(url)
  await new Promise<void>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('FLUSHALL\r\n'))
    socket.once('data', () => {
      socket.end()
      resolve()
    })
    socket.once('error', reject)
  })
}

/** Starts the engines that are not given by URL. */
export const openEngines = async (dataDir: string, given: GivenEngines, log: (line: string) => void): Promise<Engines> => {
  await using opened = new AsyncDisposableStack()
  const openEngine = async (url: string | undefined, start: () => Promise<Engine>): Promise<EngineAccess> => {
    if (url !== undefined) return { own: null, url }
    // Another engine on this machine may take the port between the choice and the start.
    const own = await start().catch((error: unknown) => {
      log(`an engine did not start, trying once more: ${error instanceof Error ? error.message : String(error)}`)
      return start()
    })
    opened.defer(() => own.stop())
    return { own, url: own.url }
  }
  const openProxy = async (url: string): Promise<TcpProxy> => {
    const proxy = await proxyOf(url)
    opened.defer(() => proxy.stop())
    return proxy
  }
  const at = (name: string) => ({ dataDir: join(dataDir, name), log })
  const [mysql, redis, elasticsearch, { kafka, kafkaProxy }] = await Promise.all([
    // Durable commits: the harness kills the database, and must not lose what was committed.
    openEngine(given.mysql, () => startMysql({ ...at('mysql'), durable: true, port: 21_306 })),
    openEngine(given.redis, () => startRedis({ ...at('redis'), port: 21_379 })),
    openEngine(given.elasticsearch, () => startElasticsearch({ ...at('elasticsearch'), port: 21_200 })),
    kafkaBehindProxy(join(dataDir, 'kafka'), log).then((started) => {
      opened.defer(() => started.kafka.stop())
      opened.defer(() => started.kafkaProxy.stop())
      return started
    }),
  ])
  // A given Redis may hold entries of another shop.
  if (redis.own === null) await emptyRedis(redis.url)
  const proxies = await Promise.all(
    schemaOwners.map(async (name): Promise<[SchemaOwner, TcpProxy]> => [name, await openProxy(mysql.url)]),
  )
  const databaseProxies = Object.fromEntries(proxies) as Record<SchemaOwner, TcpProxy>
  const [redisProxy, elasticsearchProxy] = [await openProxy(redis.url), await openProxy(elasticsearch.url)]
  const stack = opened.move()
  return {
    mysql,
    redis,
    elasticsearch,
    kafka,
    databaseProxies,
    redisProxy,
    elasticsearchProxy,
    kafkaProxy,
    stop: () => stack.disposeAsync(),
  }
}

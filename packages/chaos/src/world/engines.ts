// The engines of a world: own processes on own folders, or given ones; every service reaches them through proxies that make trouble.
import { connect } from 'node:net'
import { join } from 'node:path'
import { type Engine, startElasticsearch, startKafka, startMysql, startRedis } from '@cartwright/native'
import { type SchemaOwner, schemaOwners } from '@cartwright/shop/test-shop'
import { proxyOf, type TcpProxy, tcpProxy } from '@cartwright/testing'

/** Engines that run already, by URL. The harness can only cut the ways to them. */
export interface GivenEngines {
  mysql?: string | undefined
  redis?: string | undefined
  elasticsearch?: string | undefined
}

/** An engine, and the ways to it. `own` is null for one that was given. */
export interface Reached {
  own: Engine | null
  /** Its own address, past every proxy. */
  url: string
}

export interface Engines {
  mysql: Reached
  redis: Reached
  elasticsearch: Reached
  kafka: Engine
  /** One way to the database for each service. */
  databaseProxies: Readonly<Record<SchemaOwner, TcpProxy>>
  redisProxy: TcpProxy
  elasticsearchProxy: TcpProxy
  kafkaProxy: TcpProxy
  stop(): Promise<void>
}

/** Kafka tells its clients to come to the proxy, so nothing passes it by. */
const kafkaBehindProxy = async (
  dataDir: string,
  log: (line: string) => void,
): Promise<{ kafka: Engine; kafkaProxy: TcpProxy }> => {
  const place = { host: '127.0.0.1', port: 0 }
  const kafkaProxy = await tcpProxy(place)
  try {
    const kafka = await startKafka({ dataDir, log, advertisedPort: kafkaProxy.port, port: 21_092 })
    place.port = kafka.port
    return { kafka, kafkaProxy }
  } catch (error) {
    await kafkaProxy.stop()
    throw error
  }
}

/** Speaks Redis by hand: one command, and no client that remembers. */
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

/** Starts what is not given. */
export const openEngines = async (dataDir: string, given: GivenEngines, log: (line: string) => void): Promise<Engines> => {
  await using opened = new AsyncDisposableStack()
  const reach = async (url: string | undefined, start: () => Promise<Engine>): Promise<Reached> => {
    if (url !== undefined) return { own: null, url }
    // On a machine that is busy with other engines a port may be taken between the choice and the start.
    const own = await start().catch((error: unknown) => {
      log(`once more: ${error instanceof Error ? error.message : String(error)}`)
      return start()
    })
    opened.defer(() => own.stop())
    return { own, url: own.url }
  }
  const behind = async (url: string): Promise<TcpProxy> => {
    const proxy = await proxyOf(url)
    opened.defer(() => proxy.stop())
    return proxy
  }
  const at = (name: string) => ({ dataDir: join(dataDir, name), log })
  const [mysql, redis, elasticsearch, { kafka, kafkaProxy }] = await Promise.all([
    // A commit must be on disk when it is answered: power failures are part of the programme.
    reach(given.mysql, () => startMysql({ ...at('mysql'), durable: true, port: 21_306 })),
    reach(given.redis, () => startRedis({ ...at('redis'), port: 21_379 })),
    reach(given.elasticsearch, () => startElasticsearch({ ...at('elasticsearch'), port: 21_200 })),
    kafkaBehindProxy(join(dataDir, 'kafka'), log).then((started) => {
      opened.defer(() => started.kafka.stop())
      opened.defer(() => started.kafkaProxy.stop())
      return started
    }),
  ])
  // What others kept in a Redis that was given is no copy of anything here.
  if (redis.own === null) await emptyRedis(redis.url)
  const proxies = await Promise.all(
    schemaOwners.map(async (name): Promise<[SchemaOwner, TcpProxy]> => [name, await behind(mysql.url)]),
  )
  const databaseProxies = Object.fromEntries(proxies) as Record<SchemaOwner, TcpProxy>
  const [redisProxy, elasticsearchProxy] = [await behind(redis.url), await behind(elasticsearch.url)]
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

// Seven processes over real engines. Ports are chosen once, so that a service that died comes back where the others look for it.
import { startElasticsearch, startKafka, startRedis } from '@cartwright/native'
import type { Environment, ProgramContext, ServiceName } from '@cartwright/service-kit'
import { type Places, runningFile, type ServicePlace } from './announce.ts'
import { schemaOwners, urlVariable } from './environment.ts'
import { freePort } from './free-port.ts'
import type { House } from './house.ts'
import { step } from './progress.ts'
import { type Supervised, supervise } from './supervise.ts'

const portVariables = {
  identity: { http: 'IDENTITY_PORT', metrics: 'IDENTITY_METRICS_PORT' },
  catalog: { http: 'CATALOG_PORT', metrics: 'CATALOG_METRICS_PORT' },
  cart: { http: 'CART_PORT', metrics: 'CART_METRICS_PORT' },
  order: { http: 'ORDER_PORT', metrics: 'ORDER_METRICS_PORT' },
  payment: { http: 'PAYMENT_PORT', metrics: 'PAYMENT_METRICS_PORT' },
  notification: { http: 'NOTIFICATION_PORT', metrics: 'NOTIFICATION_METRICS_PORT' },
  gateway: { http: 'GATEWAY_PORT', metrics: 'GATEWAY_METRICS_PORT' },
} as const satisfies Record<ServiceName, { http: string; metrics: string }>

const names = Object.keys(portVariables) as ServiceName[]

type Engines = Required<Pick<Places, 'kafka' | 'redis' | 'elasticsearch'>>

/** Starts the engines that the configuration does not name, side by side. */
export const openEngines = async ({ config, data }: House, { say }: Pick<ProgramContext, 'say'>, stack: AsyncDisposableStack): Promise<Engines> => {
  const log = (line: string) => say(`    ${line}`)
  const open = async (title: string, given: string | null, start: () => ReturnType<typeof startKafka>): Promise<string> => {
    if (given !== null) return given
    const engine = await step(say, `starting ${title}`, start, (ready) => `${ready.kind} ${ready.version} on port ${ready.port}`)
    stack.defer(() => engine.stop())
    return engine.url
  }
  const [kafka, redis, elasticsearch] = await Promise.all([
    open('Kafka', config.kafkaBrokers, () => startKafka({ dataDir: data.path('kafka'), log })),
    open('Redis', config.redisUrl, () => startRedis({ dataDir: data.path('redis'), log })),
    open('Elasticsearch', config.elasticsearchUrl, () => startElasticsearch({ dataDir: data.path('elasticsearch'), log })),
  ])
  return { kafka, redis, elasticsearch }
}

const choosePorts = async (gatewayPort: number): Promise<Record<ServiceName, { http: number; metrics: number }>> => {
  const taken = new Set<number>([gatewayPort])
  const next = async () => {
    for (;;) {
      const port = await freePort(0)
      if (taken.has(port)) continue
      taken.add(port)
      return port
    }
  }
  const chosen: Partial<Record<ServiceName, { http: number; metrics: number }>> = {}
  for (const name of names) chosen[name] = { http: name === 'gateway' ? gatewayPort : await next(), metrics: await next() }
  return chosen as Record<ServiceName, { http: number; metrics: number }>
}

const at = (port: number) => `http://127.0.0.1:${port}`

/** What each service process is given: the shop's environment, everybody's addresses and its own ports. */
const serviceEnvironment = (env: Environment, ports: Awaited<ReturnType<typeof choosePorts>>): Environment => ({
  ...env,
  ...Object.fromEntries(schemaOwners.map((name) => [urlVariable[name], at(ports[name].http)])),
  ...Object.fromEntries(names.flatMap((name) => [[portVariables[name].http, String(ports[name].http)], [portVariables[name].metrics, String(ports[name].metrics)]])),
  AUTH_JWKS_URL: `${at(ports.identity.http)}/.well-known/jwks.json`,
  SEED_DEVELOPMENT_DATA: 'true',
})

/** Starts the seven services and keeps them running; `running.json` follows every restart. */
export const startServices = async (house: House, engines: Engines, { say }: Pick<ProgramContext, 'say'>, stack: AsyncDisposableStack): Promise<Places> => {
  const ports = await choosePorts(house.gatewayPort)
  const env = serviceEnvironment(house.environment({ kafkaBrokers: engines.kafka, redisUrl: engines.redis, elasticsearchUrl: engines.elasticsearch }), ports)
  const services: Record<string, ServicePlace> = {}
  const places: Places = { mode: 'distributed', services, ...engines }
  let complete = false
  const running: Supervised[] = []
  stack.defer(async () => {
    await Promise.all(running.map((service) => service.stop()))
  })
  const start = async (name: ServiceName): Promise<void> => {
    const supervised = await supervise({
      name, env, logFile: house.data.path('logs', `${name}.log`),
      onStart: (pid) => {
        services[name] = { http: at(ports[name].http), metrics: `${at(ports[name].metrics)}/metrics`, pid }
        if (complete) house.data.writeRunning(runningFile(house, places))
      },
      onDeath: (dead, how, againMs) => say(`  ! ${dead} ended (${how}); it is started again in ${againMs / 1000} s`),
    })
    running.push(supervised)
  }
  const outcomes = await step(say, 'starting the services', () => Promise.allSettled(names.map(start)), () => 'seven services')
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  complete = true
  house.data.writeRunning(runningFile(house, places))
  return places
}

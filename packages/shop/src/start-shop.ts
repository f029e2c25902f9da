// Starts all services in one process. Only the gateway differs from other modes: it hands requests over in process.
import { cartService } from '@cartwright/cart'
import { catalogService } from '@cartwright/catalog'
import { mapNames, type ServiceName, serviceNames, services, type UpstreamName, upstreamNames } from '@cartwright/contracts'
import { createGateway, createInProcessUpstream } from '@cartwright/gateway'
import { identityService } from '@cartwright/identity'
import { memoryTransport, type Transport } from '@cartwright/messaging'
import { notificationService } from '@cartwright/notification'
import { orderService } from '@cartwright/order'
import { paymentService } from '@cartwright/payment'
import {
  type Clock,
  type Environment,
  type RunningService,
  type Service,
  type StartOptions,
  type Tracing,
  waitUntilIdle,
} from '@cartwright/service-kit'
import { freePort } from './free-port.ts'
import { type Seeded, seedAll } from './seeding.ts'

const upstreams: readonly Service[] = [
  identityService,
  catalogService,
  cartService,
  orderService,
  paymentService,
  notificationService,
]

/** Every service as a value, for documents that describe them. */
export const allServices: readonly Service[] = [...upstreams, createGateway()]

const upstream = (name: UpstreamName): Service => {
  const service = upstreams.find((each) => each.name === name)
  if (service === undefined) throw new Error(`packages/shop/src/start-shop.ts does not import the service ${name}`)
  return service
}

/** Groups of services: those of one group start concurrently, after the services whose API they call. */
const startOrder = (): UpstreamName[][] => {
  const groups: UpstreamName[][] = []
  const started = new Set<string>()
  while (started.size < upstreamNames.length) {
    const next = upstreamNames.filter((name) => !started.has(name) && services[name].reads.every((other) => started.has(other)))
    if (next.length === 0) throw new Error('services read from each other in a circle: none of them can start first')
    groups.push(next)
    for (const name of next) started.add(name)
  }
  return groups
}

export interface ShopOptions {
  /** Variables from `shopEnvironment`. */
  env: Environment
  clock?: Clock
  /** Default: the memory transport. */
  transport?: Transport
  /** File for log lines; default: standard output. */
  logFile?: string
  /** The data folder is locked, so leases are taken at once. */
  alone?: boolean
  /** Tracing of this process; absent while it is off. */
  tracing?: Tracing | null
}

export interface RunningShop {
  /** Address of the gateway. */
  url: string
  services: Readonly<Record<ServiceName, RunningService>>
  transport: Transport
  /** Writes missing development data and waits until every projection has it, also while other events are processed. */
  seed(): Promise<Seeded>
  /** Resolves when no service has due work. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts the services behind the gateway, group by group. Each is added to `running` at once, so that a failure can stop it.
 * @returns the environment with the address of every service
 */
const startUpstreams = async (
  given: Environment,
  common: Omit<StartOptions, 'env'>,
  running: Map<string, RunningService>,
): Promise<Environment> => {
  // Every service verifies tokens with identity's keys, identity included: its port is chosen before any service starts.
  const wanted = Number(given[services.identity.ports.http] ?? services.identity.defaultPorts.http)
  const identityPort = wanted || (await freePort(0))
  let env: Environment = {
    ...given,
    IDENTITY_PORT: String(identityPort),
    AUTH_JWKS_URL: `http://127.0.0.1:${identityPort}/.well-known/jwks.json`,
  }
  // A service that others read from only if it is up may start after them: its port is chosen before, too.
  for (const name of upstreamNames.filter((each) => serviceNames.some((reader) => services[reader].readsIfUp.includes(each)))) {
    const { ports, defaultPorts, url } = services[name]
    const port = Number(given[ports.http] ?? defaultPorts.http) || (await freePort(0))
    env = { ...env, [ports.http]: String(port), [url]: `http://127.0.0.1:${port}` }
  }
  const start = async (name: UpstreamName, known: Environment): Promise<[string, string]> => {
    const service = await upstream(name).start({ ...common, env: known })
    running.set(name, service)
    return [services[name].url, service.url]
  }
  for (const group of startOrder()) {
    const known = env
    const outcomes = await Promise.allSettled(group.map((name) => start(name, known)))
    const addresses = outcomes.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason
      return outcome.value
    })
    env = { ...env, ...Object.fromEntries(addresses) }
  }
  return env
}

/** Starts every service in this process on loopback ports. A service that fails to start stops the others. */
export const startShop = async (options: ShopOptions): Promise<RunningShop> => {
  // The consumer groups are known before any service subscribes, so that no service misses an event of an earlier starter.
  const transport = options.transport ?? memoryTransport({ groups: Object.assign({}, ...upstreams.map(({ groups }) => groups)) })
  const running = new Map<string, RunningService>()
  const { clock, logFile, alone, tracing } = options
  const common = {
    transport,
    ...(clock ? { clock } : {}),
    ...(logFile ? { logFile } : {}),
    ...(alone ? { singleInstance: alone } : {}),
    ...(tracing ? { tracing } : {}),
  } satisfies Partial<StartOptions>
  const stop = async () => {
    // The gateway stops first, so that requests in flight still reach the other services.
    for (const service of [...running.values()].reverse()) await service.stop()
    await transport.close()
  }
  const get = (name: string): RunningService => {
    const service = running.get(name)
    if (service === undefined) throw new Error(`${name} has not been started`)
    return service
  }

  try {
    const env = await startUpstreams(options.env, common, running)
    const gatewayUpstreams = mapNames(upstreamNames, (name) => createInProcessUpstream(get(name).routing))
    running.set('gateway', await createGateway(gatewayUpstreams).start({ ...common, env, processMetrics: true }))
  } catch (error) {
    await stop()
    throw error
  }

  const all = [...running.values()]
  const rest = () => waitUntilIdle(all, transport)
  return {
    url: get('gateway').url,
    services: mapNames(serviceNames, get),
    transport,
    seed: () => seedAll(all),
    idle: rest,
    stop,
  }
}

// All services in one process. Each is the same value that runs alone elsewhere; only the gateway hands requests over in process.
import { cartService } from '@cartwright/cart'
import { catalogService } from '@cartwright/catalog'
import { createGateway, handOver } from '@cartwright/gateway'
import { identityService } from '@cartwright/identity'
import { memoryTransport, type Transport } from '@cartwright/messaging'
import { notificationService } from '@cartwright/notification'
import { orderService } from '@cartwright/order'
import { paymentService } from '@cartwright/payment'
import { type Clock, type Environment, idle, type RunningService, type Service, type StartOptions } from '@cartwright/service-kit'
import { type SchemaOwner, schemaOwners, urlVariable } from './environment.ts'
import { freePort } from './free-port.ts'
import { type Seeded, seedAll } from './seeding.ts'

const services: Record<SchemaOwner, Service> = {
  identity: identityService,
  catalog: catalogService,
  cart: cartService,
  order: orderService,
  payment: paymentService,
  notification: notificationService,
}

/** Every service as a value, for documents that describe them. */
export const allServices: readonly Service[] = [...Object.values(services), createGateway()]

/** Who reads from whom decides who starts before whom. */
const waves: readonly (readonly SchemaOwner[])[] = [['identity'], ['catalog', 'payment', 'notification'], ['cart'], ['order']]

export interface ShopOptions {
  /** From `shopEnvironment`. */
  env: Environment
  clock?: Clock
  /** Left out: the memory transport. */
  transport?: Transport
  /** Where log lines go instead of standard output. */
  logFile?: string
  /** The data folder is locked, so leases are taken at once. */
  alone?: boolean
}

export interface RunningShop {
  /** Address of the gateway. */
  url: string
  services: Readonly<Record<SchemaOwner, RunningService>> & { readonly gateway: RunningService }
  transport: Transport
  /** Writes the development data that is not there yet and waits until every projection has it, whatever else is going on. */
  seed(): Promise<Seeded>
  /** Resolves when nothing is due any more in any service. */
  idle(): Promise<void>
  stop(): Promise<void>
}

/** Starts every service in this process on loopback ports. A service that fails to start stops the others. */
export const startShop = async (options: ShopOptions): Promise<RunningShop> => {
  // The groups are known before anybody subscribes, so that no event passes a service by that starts later than its publisher.
  const transport =
    options.transport ?? memoryTransport({ groups: Object.assign({}, ...schemaOwners.map((name) => services[name].groups)) })
  const running = new Map<string, RunningService>()
  const { clock, logFile, alone } = options
  const common = {
    transport,
    ...(clock ? { clock } : {}),
    ...(logFile ? { logFile } : {}),
    ...(alone ? { alone } : {}),
  } satisfies Partial<StartOptions>
  // Everybody checks tokens against identity's keys, identity too: its address is settled before anything starts.
  const identityPort = await freePort(0)
  let env: Environment = {
    ...options.env,
    IDENTITY_PORT: String(identityPort),
    AUTH_JWKS_URL: `http://127.0.0.1:${identityPort}/.well-known/jwks.json`,
  }

  const stop = async () => {
    // The gateway first: whoever is being served still finds the others.
    for (const service of [...running.values()].reverse()) await service.stop()
    await transport.close()
  }
  const get = (name: string): RunningService => {
    const service = running.get(name)
    if (service === undefined) throw new Error(`${name} has not been started`)
    return service
  }

  try {
    for (const wave of waves) {
      const known = env
      const outcomes = await Promise.allSettled(
        wave.map(async (name) => running.set(name, await services[name].start({ ...common, env: known }))),
      )
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
      env = { ...env, ...Object.fromEntries(wave.map((name) => [urlVariable[name], get(name).url])) }
    }
    const upstreams = Object.fromEntries(schemaOwners.map((name) => [name, handOver(get(name).routing)]))
    running.set('gateway', await createGateway(upstreams).start({ ...common, env }))
  } catch (error) {
    await stop()
    throw error
  }

  const all = [...running.values()]
  const rest = () => idle(all, transport)
  return {
    url: get('gateway').url,
    services: {
      identity: get('identity'),
      catalog: get('catalog'),
      cart: get('cart'),
      order: get('order'),
      payment: get('payment'),
      notification: get('notification'),
      gateway: get('gateway'),
    },
    transport,
    seed: () => seedAll(all),
    idle: rest,
    stop,
  }
}

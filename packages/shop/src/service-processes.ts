// The seven services as processes. Ports are chosen once, so that a service that died comes back where the others look for it.
import { join } from 'node:path'
import { type Environment, isProduction, type ServiceName } from '@cartwright/service-kit'
import { schemaOwners, urlVariable } from './environment.ts'
import { freePort } from './free-port.ts'
import { type Supervised, supervise } from './supervise.ts'

/** Which variables give a service its ports. */
export const portVariables = {
  identity: { http: 'IDENTITY_PORT', metrics: 'IDENTITY_METRICS_PORT' },
  catalog: { http: 'CATALOG_PORT', metrics: 'CATALOG_METRICS_PORT' },
  cart: { http: 'CART_PORT', metrics: 'CART_METRICS_PORT' },
  order: { http: 'ORDER_PORT', metrics: 'ORDER_METRICS_PORT' },
  payment: { http: 'PAYMENT_PORT', metrics: 'PAYMENT_METRICS_PORT' },
  notification: { http: 'NOTIFICATION_PORT', metrics: 'NOTIFICATION_METRICS_PORT' },
  gateway: { http: 'GATEWAY_PORT', metrics: 'GATEWAY_METRICS_PORT' },
} as const satisfies Record<ServiceName, { http: string; metrics: string }>

export const serviceNames = Object.keys(portVariables) as ServiceName[]

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
  for (const name of serviceNames) chosen[name] = { http: name === 'gateway' ? gatewayPort : await next(), metrics: await next() }
  return chosen as Record<ServiceName, { http: number; metrics: number }>
}

const at = (port: number) => `http://127.0.0.1:${port}`

/** What each service process is given: the shop's environment, everybody's addresses and its own ports. */
const serviceEnvironment = (env: Environment, ports: Awaited<ReturnType<typeof choosePorts>>): Environment => ({
  ...env,
  ...Object.fromEntries(schemaOwners.map((name) => [urlVariable[name], at(ports[name].http)])),
  ...Object.fromEntries(
    serviceNames.flatMap((name) => [
      [portVariables[name].http, String(ports[name].http)],
      [portVariables[name].metrics, String(ports[name].metrics)],
    ]),
  ),
  AUTH_JWKS_URL: `${at(ports.identity.http)}/.well-known/jwks.json`,
  ...(isProduction(env) ? {} : { SEED_DEVELOPMENT_DATA: 'true' }),
})

export interface ServicePlace {
  http: string
  metrics: string
  pid: number
}

export interface ProcessOptions {
  /** What all services share, from `shopEnvironment`. */
  env: Environment
  gatewayPort: number
  logDir: string
  /** Called with every place after a service began to run as another process. */
  onChange?: (places: Readonly<Record<string, ServicePlace>>) => void
  onDeath?: (name: ServiceName, how: string, againMs: number) => void
}

export interface ServiceProcesses {
  places: Readonly<Record<string, ServicePlace>>
  stop(): Promise<void>
}

/** Starts all of them side by side and keeps them running. @throws ProgramError when one does not start; the others are stopped */
export const startServiceProcesses = async (options: ProcessOptions): Promise<ServiceProcesses> => {
  const ports = await choosePorts(options.gatewayPort)
  const env = serviceEnvironment(options.env, ports)
  const places: Record<string, ServicePlace> = {}
  const running: Supervised[] = []
  let complete = false
  const stop = async () => {
    await Promise.all(running.map((service) => service.stop()))
  }
  const start = async (name: ServiceName): Promise<void> => {
    const supervised = await supervise({
      name,
      env,
      logFile: join(options.logDir, `${name}.log`),
      onStart: (pid) => {
        places[name] = { http: at(ports[name].http), metrics: `${at(ports[name].metrics)}/metrics`, pid }
        if (complete) options.onChange?.(places)
      },
      ...(options.onDeath ? { onDeath: options.onDeath } : {}),
    })
    running.push(supervised)
  }
  const outcomes = await Promise.allSettled(serviceNames.map(start))
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue
    await stop()
    throw outcome.reason
  }
  complete = true
  return { places, stop }
}

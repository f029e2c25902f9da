// Starts each service as a process. Ports are chosen once, so that a restarted service listens where the others expect it.
import { join } from 'node:path'
import { type ServiceName, serviceNames, services, upstreamNames } from '@cartwright/contracts'
import { type Environment, isProduction } from '@cartwright/service-kit'
import { type ClaimedPorts, claimServicePorts, type MovedPort } from './service-ports.ts'
import { type Supervised, supervise } from './supervise.ts'

const at = (port: number) => `http://127.0.0.1:${port}`

/** Environment of each service process: the shop's variables, the address of every service, and its own ports. */
const serviceEnvironment = (env: Environment, { ports, environment }: ClaimedPorts): Environment => ({
  ...env,
  ...environment,
  ...Object.fromEntries(upstreamNames.map((name) => [services[name].url, at(ports[name].http)])),
  AUTH_JWKS_URL: `${at(ports.identity.http)}/.well-known/jwks.json`,
  ...(isProduction(env) ? {} : { SEED_DEVELOPMENT_DATA: 'true' }),
})

export interface ServiceAddress {
  http: string
  metrics: string
  pid: number
}

interface ProcessOptions {
  /** Variables of all services, from `shopEnvironment`. */
  env: Environment
  logDir: string
  /** Called with the addresses of all services after one was restarted. */
  onChange?: (places: Readonly<Record<string, ServiceAddress>>) => void
  onDeath?: (name: ServiceName, how: string, againMs: number) => void
}

export interface ServiceProcesses {
  places: Readonly<Record<string, ServiceAddress>>
  /** Ports that another process has. */
  moved: readonly MovedPort[]
  stop(): Promise<void>
}

/** Starts all services concurrently and supervises them. @throws ProgramError when one does not start; the others are stopped */
export const startServiceProcesses = async (options: ProcessOptions): Promise<ServiceProcesses> => {
  const claimed = await claimServicePorts(options.env)
  const { ports, moved } = claimed
  const env = serviceEnvironment(options.env, claimed)
  const places: Record<string, ServiceAddress> = {}
  const running: Supervised[] = []
  let complete = false
  const stop = async () => {
    await Promise.all(running.map((service) => service.stop()))
    claimed.release()
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
  return { places, moved, stop }
}

// The seven services as supervised processes, each as often as asked for: killed, frozen, restarted, told where to die.
import { join } from 'node:path'
import { claimPort, isAlive } from '@cartwright/native'
import type { Environment, ServiceName } from '@cartwright/service-kit'
import {
  eventually,
  portVariables,
  type Supervised,
  schemaOwners,
  serviceNames,
  supervise,
  urlVariable,
} from '@cartwright/shop/test-shop'
import { type Balancer, startBalancer } from './balancer.ts'

export interface Replica {
  name: ServiceName
  /** `order`, or `order-2` where there are several. */
  label: string
  port: number
  metricsPort: number
  ready(): Promise<boolean>
  pid(): number
  /** kill −9. Resolves when the process is gone; it is started again. */
  kill(): Promise<void>
  /** SIGSTOP. */
  freeze(): void
  /** SIGCONT. */
  thaw(): void
  /** A clean end and a new start, with changed variables when given; null removes one. Resolves when it is ready. */
  restart(change?: Readonly<Record<string, string | null>>): Promise<void>
  /** Resolves when the process dies by itself, as at a crash point. */
  died(): Promise<void>
}

export interface Fleet {
  /** Address of the gateway, or of the balancer before several. */
  url: string
  replicas: readonly Replica[]
  of(name: ServiceName): Replica[]
  logFiles(): string[]
  /** Resolves when every process answers as ready. */
  healed(seconds?: number): Promise<void>
  stop(): Promise<void>
}

/** How often each service runs: all of them so many times, or those that are named, and the others once. */
export type Replicas = number | Partial<Record<ServiceName, number>>

const countOf = (replicas: Replicas, name: ServiceName): number =>
  typeof replicas === 'number' ? replicas : (replicas[name] ?? 1)

export interface FleetOptions {
  /** What all services share, from `shopEnvironment`. */
  env: Environment
  gatewayPort: number
  logDir: string
  replicas: Replicas
  onDeath(label: string, how: string): void
}

/** A process that was told where to die did so while it started. It runs again by now. */
export class DiedTooSoon extends Error {
  constructor(label: string) {
    super(`${label} died while it was starting`)
    this.name = 'DiedTooSoon'
  }
}

const signal = (pid: number, name: NodeJS.Signals): void => {
  if (pid > 0 && isAlive(pid)) process.kill(pid, name)
}

const at = (port: number): string => `http://127.0.0.1:${port}`

const isReady = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`${at(port)}/readyz`, { signal: AbortSignal.timeout(1000) })).status === 200
  } catch {
    // Not there, or too busy to say: not ready either way.
    return false
  }
}

interface ReplicaOptions extends Pick<FleetOptions, 'logDir' | 'onDeath'> {
  name: ServiceName
  label: string
  env: Record<string, string | undefined>
  port: number
  metricsPort: number
}

const startReplica = async ({
  name,
  label,
  env,
  port,
  metricsPort,
  logDir,
  onDeath,
}: ReplicaOptions): Promise<Replica & { stop(): Promise<void> }> => {
  let death = Promise.withResolvers<void>()
  const options = {
    name,
    env,
    logFile: join(logDir, `${label}.log`),
    onDeath: (_: ServiceName, how: string) => {
      // Whoever was told where to die has done so: the next start lives.
      delete env.CRASH_POINT
      onDeath(label, how)
      death.resolve()
      death = Promise.withResolvers<void>()
    },
  }
  let supervised: Supervised = await supervise(options)
  return {
    name,
    label,
    port,
    metricsPort,
    pid: () => supervised.pid(),
    ready: () => isReady(port),
    kill: async () => {
      const pid = supervised.pid()
      signal(pid, 'SIGKILL')
      await eventually(async () => !isAlive(pid), Boolean, 20)
    },
    freeze: () => signal(supervised.pid(), 'SIGSTOP'),
    thaw: () => signal(supervised.pid(), 'SIGCONT'),
    restart: async (change = {}) => {
      await supervised.stop()
      for (const [variable, value] of Object.entries(change)) {
        if (value === null) delete env[variable]
        else env[variable] = value
      }
      try {
        supervised = await supervise(options)
      } catch (error) {
        if (env.CRASH_POINT === undefined) throw error
        // What was left over from before led it to the place where it dies: it must live all the same.
        delete env.CRASH_POINT
        supervised = await supervise(options)
        throw new DiedTooSoon(label)
      }
      await eventually(() => isReady(port), Boolean, 60)
    },
    died: () => death.promise,
    stop: () => supervised.stop(),
  }
}

interface Ports {
  http: number
  metrics: number
}

/** Where the ports of services begin: below those of outgoing connections, so that a process that was killed finds its own free. */
export const firstPort = 23_000

/** Claimed ports, so that worlds side by side on one machine do not take each other's. */
const choosePorts = async (
  gatewayPort: number,
  replicas: Replicas,
  stack: AsyncDisposableStack,
): Promise<Record<ServiceName, Ports[]>> => {
  let wanted = firstPort
  const next = async (): Promise<number> => {
    const { port, release } = await claimPort(wanted)
    stack.defer(release)
    wanted = port + 1
    return port
  }
  const chosen: Partial<Record<ServiceName, Ports[]>> = {}
  for (const name of serviceNames) {
    chosen[name] = []
    const count = countOf(replicas, name)
    for (let index = 0; index < count; index++) {
      const http = name === 'gateway' && count === 1 ? gatewayPort : await next()
      chosen[name].push({ http, metrics: await next() })
    }
  }
  return chosen as Record<ServiceName, Ports[]>
}

/** Where others find each service: its one process, or the balancer before several. */
const openDoors = async (
  ports: Record<ServiceName, Ports[]>,
  stack: AsyncDisposableStack,
): Promise<Record<ServiceName, number>> => {
  const doors: Partial<Record<ServiceName, number>> = {}
  for (const name of serviceNames) {
    const [first] = ports[name]
    if (ports[name].length === 1 && first) {
      doors[name] = first.http
      continue
    }
    const ready = new Map<number, boolean>()
    const look = setInterval(() => {
      for (const { http } of ports[name]) void isReady(http).then((answer) => ready.set(http, answer))
    }, 150)
    const balancer: Balancer = await startBalancer(
      ports[name].map(({ http }) => ({ port: http, isReady: () => ready.get(http) === true })),
    )
    stack.defer(async () => {
      clearInterval(look)
      await balancer.stop()
    })
    doors[name] = balancer.port
  }
  return doors as Record<ServiceName, number>
}

/** Starts every service side by side. @throws ProgramError when one does not start; the others are stopped */
export const startFleet = async ({ env, gatewayPort, logDir, replicas, onDeath }: FleetOptions): Promise<Fleet> => {
  await using opened = new AsyncDisposableStack()
  const ports = await choosePorts(gatewayPort, replicas, opened)
  const doors = await openDoors(ports, opened)
  const shared: Record<string, string | undefined> = {
    ...env,
    ...Object.fromEntries(schemaOwners.map((name) => [urlVariable[name], at(doors[name])])),
    AUTH_JWKS_URL: `${at(doors.identity)}/.well-known/jwks.json`,
  }
  const start = async (name: ServiceName, index: number, { http, metrics }: Ports) => {
    const own = { ...shared, [portVariables[name].http]: String(http), [portVariables[name].metrics]: String(metrics) }
    // Seeding is a developer's act: one process does it.
    if (index === 0) own.SEED_DEVELOPMENT_DATA = 'true'
    // Everybody's own ports: a variable of another service is no business of this one.
    for (const other of serviceNames)
      if (other !== name) for (const variable of Object.values(portVariables[other])) delete own[variable]
    const label = ports[name].length === 1 ? name : `${name}-${index + 1}`
    return startReplica({ name, label, env: own, port: http, metricsPort: metrics, logDir, onDeath })
  }
  const outcomes = await Promise.allSettled(
    serviceNames.flatMap((name) => ports[name].map((each, index) => start(name, index, each))),
  )
  const fleet = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  opened.defer(async () => {
    for (const replica of fleet) replica.thaw()
    await Promise.all(fleet.map((replica) => replica.stop()))
  })
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
  const stack = opened.move()
  return {
    url: at(doors.gateway),
    replicas: fleet,
    of: (name) => fleet.filter((replica) => replica.name === name),
    logFiles: () => fleet.map(({ label }) => join(logDir, `${label}.log`)),
    healed: async (seconds = 60) => {
      for (const replica of fleet) await eventually(() => replica.ready(), Boolean, seconds)
    },
    stop: () => stack.disposeAsync(),
  }
}

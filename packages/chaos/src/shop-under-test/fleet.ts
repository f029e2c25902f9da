// Fleet: the seven services as supervised processes with one or more replicas, which the harness kills, freezes and restarts.
import { join } from 'node:path'
import { type ServiceName, serviceNames, services, upstreamNames } from '@cartwright/contracts'
import { isAlive } from '@cartwright/native'
import type { Environment } from '@cartwright/service-kit'
import { type Supervised, supervise } from '@cartwright/shop/test-shop'
import { eventually } from '@cartwright/testing'
import {
  type Addresses,
  at,
  choosePorts,
  createPortClaims,
  isReady,
  openAddresses,
  type Ports,
  type Replicas,
  replicaEnvironment,
} from './fleet-addresses.ts'

export interface Replica {
  name: ServiceName
  /** The service's name, with a number when it has several replicas: `order` or `order-2`. */
  label: string
  port: number
  metricsPort: number
  ready(): Promise<boolean>
  pid(): number
  /** Sends SIGKILL. Resolves when the process has ended; the supervisor starts it again. */
  kill(): Promise<void>
  /** Sends SIGSTOP. */
  freeze(): void
  /** Sends SIGCONT. */
  resume(): void
  /** Stops the process cleanly and starts it with changed variables; null removes one. Resolves when it is ready. */
  restart(change?: Readonly<Record<string, string | null>>): Promise<void>
  /** Resolves when the process ends by itself, as at a crash point. */
  died(): Promise<void>
}

export interface Fleet {
  /** Address of the gateway, or of the load balancer in front of its replicas. */
  url: string
  replicas: readonly Replica[]
  of(name: ServiceName): Replica[]
  logFiles(): string[]
  /** Resolves when every process answers as ready. */
  waitUntilReady(seconds?: number): Promise<void>
  /**
   * Replaces each replica of a service as a rollout does: a successor starts and is ready, then the old one is drained. Only in a fleet
   * with `stableAddresses`. @returns how the old processes ended: `exit code 0` when they drained in time
   */
  roll(name: ServiceName, successor?: Successor): Promise<string[]>
  stop(): Promise<void>
}

/** What differs in the successor of a replica. */
export interface Successor {
  /** Folder of its code. */
  root?: string
  env?: Readonly<Record<string, string>>
}

export interface FleetOptions {
  /** The variables that all services share, from `shopEnvironment`. */
  env: Environment
  gatewayPort: number
  logDir: string
  replicas: Replicas
  /** Folder of the code, when it is not this one. */
  root?: string
  /** Gives every service a load balancer, also one with a single replica, so that replicas can be replaced. */
  stableAddresses?: boolean
  onDeath(label: string, how: string): void
}

/** A process reached its crash point while it was starting. The supervisor has started it again. */
export class DiedDuringStart extends Error {
  constructor(label: string) {
    super(`${label} died while it was starting`)
    this.name = 'DiedTooSoon'
  }
}

const signal = (pid: number, name: NodeJS.Signals): void => {
  if (pid > 0 && isAlive(pid)) process.kill(pid, name)
}

interface ReplicaOptions extends Pick<FleetOptions, 'logDir' | 'onDeath' | 'root'> {
  name: ServiceName
  label: string
  env: Record<string, string | undefined>
  port: number
  metricsPort: number
}

const applyVariables = (env: ReplicaOptions['env'], change: Readonly<Record<string, string | null>>): void => {
  for (const [variable, value] of Object.entries(change)) {
    if (value === null) delete env[variable]
    else env[variable] = value
  }
}

/** @throws DiedDuringStart when the process reached its crash point while it started; it has been started again without one */
const superviseWithCrashPoint = async (
  options: Parameters<typeof supervise>[0] & Pick<ReplicaOptions, 'env'>,
  label: string,
  onStart: (supervised: Supervised) => void,
): Promise<void> => {
  try {
    onStart(await supervise(options))
  } catch (error) {
    if (options.env.CRASH_POINT === undefined) throw error
    delete options.env.CRASH_POINT
    onStart(await supervise(options))
    throw new DiedDuringStart(label)
  }
}

type StoppableReplica = Replica & Pick<Supervised, 'stop'>

const startReplica = async ({ name, label, env, port, metricsPort, ...rest }: ReplicaOptions): Promise<StoppableReplica> => {
  let death = Promise.withResolvers<void>()
  const options = {
    name,
    env,
    logFile: join(rest.logDir, `${label}.log`),
    ...(rest.root === undefined ? {} : { root: rest.root }),
    onDeath: (_: ServiceName, how: string) => {
      // A crash point is used once: the next start runs without it.
      delete env.CRASH_POINT
      rest.onDeath(label, how)
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
      await eventually(`${label} has ended`, () => !isAlive(pid), 20_000)
    },
    freeze: () => signal(supervised.pid(), 'SIGSTOP'),
    resume: () => signal(supervised.pid(), 'SIGCONT'),
    restart: async (change = {}) => {
      await supervised.stop()
      applyVariables(env, change)
      await superviseWithCrashPoint(options, label, (next) => {
        supervised = next
      })
      await eventually(`${label} is ready`, () => isReady(port), 60_000)
    },
    died: () => death.promise,
    stop: () => supervised.stop(),
  }
}

interface Rollout {
  fleet: StoppableReplica[]
  addresses: Addresses
  nextPort: () => Promise<number>
  start(name: ServiceName, label: string, ports: Ports, successor: Successor): Promise<StoppableReplica>
}

const rollOut = async (rollout: Rollout, name: ServiceName, successor: Successor): Promise<string[]> => {
  const { fleet, addresses, nextPort, start } = rollout
  const address = addresses[name]
  if (address.add === undefined) throw new Error('a rollout needs a fleet with `stableAddresses`')
  const ends: string[] = []
  for (const [index, old] of fleet.entries()) {
    if (old.name !== name) continue
    const ports = { http: await nextPort(), metrics: await nextPort() }
    const next = await start(name, `${old.label}-next`, ports, successor)
    await eventually(`${next.label} is ready`, () => next.ready(), 120_000)
    await address.add(next.port)
    fleet[index] = next
    const [end] = await Promise.all([old.stop(), address.retire?.(old.port)])
    ends.push(end)
  }
  return ends
}

/** Starts all replicas of all services. @throws ProgramError when one does not start; the others are stopped */
export const startFleet = async (options: FleetOptions): Promise<Fleet> => {
  const { env, logDir, root, stableAddresses = false, onDeath } = options
  await using opened = new AsyncDisposableStack()
  const { next: nextPort, releaseAll } = createPortClaims()
  opened.defer(releaseAll)
  const ports = await choosePorts(options, nextPort)
  const addresses = await openAddresses(ports, stableAddresses, opened)
  const shared: Record<string, string | undefined> = {
    ...env,
    ...Object.fromEntries(upstreamNames.map((name) => [services[name].url, at(addresses[name].port)])),
    AUTH_JWKS_URL: `${at(addresses.identity.port)}/.well-known/jwks.json`,
  }
  const start: Rollout['start'] = (name, label, own, successor) =>
    startReplica({
      name,
      label,
      env: { ...replicaEnvironment(shared, name, own), ...successor.env },
      port: own.http,
      metricsPort: own.metrics,
      logDir,
      onDeath,
      ...(successor.root === undefined ? {} : { root: successor.root }),
    })
  const outcomes = await Promise.allSettled(
    serviceNames.flatMap((name) =>
      ports[name].map((own, index) =>
        start(name, ports[name].length === 1 ? name : `${name}-${index + 1}`, own, {
          ...(root === undefined ? {} : { root }),
          // Development data is seeded by one replica only.
          env: index === 0 ? { SEED_DEVELOPMENT_DATA: 'true' } : {},
        }),
      ),
    ),
  )
  const fleet = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const labels = new Set(fleet.map(({ label }) => label))
  opened.defer(async () => {
    for (const replica of fleet) replica.resume()
    await Promise.all(fleet.map((replica) => replica.stop()))
  })
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
  const stack = opened.move()
  return {
    url: at(addresses.gateway.port),
    replicas: fleet,
    of: (name) => fleet.filter((replica) => replica.name === name),
    logFiles: () => [...labels].map((label) => join(logDir, `${label}.log`)),
    waitUntilReady: async (seconds = 60) => {
      for (const replica of fleet) await eventually(`${replica.label} is ready`, () => replica.ready(), seconds * 1000)
    },
    roll: async (name, successor = {}) => {
      const ends = await rollOut({ fleet, addresses, nextPort, start }, name, successor)
      for (const { label } of fleet) labels.add(label)
      return ends
    },
    stop: () => stack.disposeAsync(),
  }
}

// Ports and addresses of a fleet: each service has the port of its only replica, or a load balancer in front of its replicas.
import { type ServiceName, serviceNames, services } from '@cartwright/contracts'
import { claimPort } from '@cartwright/native'
import { openServiceAddress, type ServiceAddress } from './service-address.ts'

/** Replicas per service: one number for all, or numbers for the services that are named and 1 for the others. */
export type Replicas = number | Partial<Record<ServiceName, number>>

const countOf = (replicas: Replicas, name: ServiceName): number =>
  typeof replicas === 'number' ? replicas : (replicas[name] ?? 1)

export interface Ports {
  http: number
  metrics: number
}

/** The first port of services: below the range of outgoing connections, so that a killed process finds its port free. */
export const firstPort = 23_000

export const at = (port: number): string => `http://127.0.0.1:${port}`

export const isReady = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`${at(port)}/readyz`, { signal: AbortSignal.timeout(1000) })).status === 200
  } catch {
    // Refused or too slow: the replica is not ready in both cases.
    return false
  }
}

/** Claims ports one by one, also after the start, so that several harnesses on one machine do not collide. */
export const createPortClaims = () => {
  let wanted = firstPort
  const releases: (() => void)[] = []
  const next = async (): Promise<number> => {
    const { port, release } = await claimPort(wanted)
    releases.push(release)
    wanted = port + 1
    return port
  }
  const releaseAll = (): void => {
    for (const release of releases) release()
  }
  return { next, releaseAll }
}

export const choosePorts = async (
  { gatewayPort, replicas, stableAddresses = false }: { gatewayPort: number; replicas: Replicas; stableAddresses?: boolean },
  next: () => Promise<number>,
): Promise<Record<ServiceName, Ports[]>> => {
  const chosen: Partial<Record<ServiceName, Ports[]>> = {}
  for (const name of serviceNames) {
    chosen[name] = []
    const count = countOf(replicas, name)
    for (let index = 0; index < count; index++) {
      const http = name === 'gateway' && count === 1 && !stableAddresses ? gatewayPort : await next()
      chosen[name].push({ http, metrics: await next() })
    }
  }
  return chosen as Record<ServiceName, Ports[]>
}

export type Addresses = Readonly<Record<ServiceName, Pick<ServiceAddress, 'port'> & Partial<ServiceAddress>>>

/** Opens the address of each service: its only replica, or a load balancer in front of its replicas. */
export const openAddresses = async (
  ports: Record<ServiceName, Ports[]>,
  stableAddresses: boolean,
  stack: AsyncDisposableStack,
): Promise<Addresses> => {
  const addresses: Partial<Record<ServiceName, Addresses[ServiceName]>> = {}
  for (const name of serviceNames) {
    const [first] = ports[name]
    if (ports[name].length === 1 && first && !stableAddresses) {
      addresses[name] = { port: first.http }
      continue
    }
    const httpPorts = ports[name].map(({ http }) => http)
    const address = await openServiceAddress(httpPorts, isReady)
    stack.defer(() => address.stop())
    addresses[name] = address
  }
  return addresses as Addresses
}

export type Variables = Record<string, string | undefined>

/** Environment of one replica: the shared variables and its own ports. A service refuses variables of another service. */
export const replicaEnvironment = (shared: Variables, name: ServiceName, { http, metrics }: Ports): Variables => {
  const own = { ...shared, [services[name].ports.http]: String(http), [services[name].ports.metrics]: String(metrics) }
  for (const other of serviceNames)
    if (other !== name) for (const variable of Object.values(services[other].ports)) delete own[variable]
  return own
}

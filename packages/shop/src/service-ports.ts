// Ports of all services on this machine: those of the configuration, or free ones in place of ports that are taken.
import { mapNames, type ServiceName, serviceNames, services } from '@cartwright/contracts'
import { type ClaimedPort, claimPort } from '@cartwright/native'
import { type Environment, portsOf, readConfig } from '@cartwright/service-kit'
import { somePort } from './free-port.ts'

interface ServicePorts {
  http: number
  metrics: number
}

/** A port that another process has, and the free one that replaces it. */
export interface MovedPort {
  variable: string
  wanted: number
  port: number
}

export interface ClaimedPorts {
  ports: Readonly<Record<ServiceName, ServicePorts>>
  moved: readonly MovedPort[]
  /** Variables that give every service its ports. */
  environment: Environment
  /** Ends the claims, after the services have stopped. */
  release(): void
}

/** Claims exactly this port; null when another process listens on it or has claimed it. */
const claimExactly = async (port: number): Promise<ClaimedPort | null> => {
  const claim = await claimPort(port)
  if (claim.port === port) return claim
  claim.release()
  return null
}

/** The wanted ports; that of the gateway is chosen before, because the Stripe sandbox needs its address. */
const listWanted = (env: Environment): { variable: string; wanted: number }[] =>
  serviceNames.flatMap((name) => {
    const { ports } = services[name]
    const { port, metricsPort } = readConfig(name, '\0', portsOf(name), env)
    const http = name === 'gateway' ? [] : [{ variable: ports.http, wanted: port }]
    return [...http, { variable: ports.metrics, wanted: metricsPort }]
  })

/**
 * Claims the ports of every service, so that two shops that start at the same time do not choose the same ones. A variable of 0 takes a
 * free port.
 * @throws ConfigError for a port that is not a number
 */
export const claimServicePorts = async (env: Environment): Promise<ClaimedPorts> => {
  const claims = new Map<string, ClaimedPort>()
  const wanted = listWanted(env)
  // All wanted ports are claimed first: a port that replaces another must not be one that a later service wants.
  for (const one of wanted) {
    const claim = one.wanted === 0 ? null : await claimExactly(one.wanted)
    if (claim) claims.set(one.variable, claim)
  }
  const moved: MovedPort[] = []
  for (const one of wanted) {
    if (claims.has(one.variable)) continue
    const claim = await claimPort(somePort())
    claims.set(one.variable, claim)
    if (one.wanted !== 0) moved.push({ ...one, port: claim.port })
  }
  const environment = Object.fromEntries([...claims].map(([variable, { port }]) => [variable, String(port)]))
  return {
    ports: mapNames(serviceNames, (name) => {
      const { port, metricsPort } = readConfig(name, '\0', portsOf(name), { ...env, ...environment })
      return { http: port, metrics: metricsPort }
    }),
    moved,
    environment,
    release: () => {
      for (const claim of claims.values()) claim.release()
    },
  }
}

// Checks from the host that services and engines cannot be reached, and from inside that services believe no identity header.
import { readFileSync } from 'node:fs'
import type { DockerEngine } from './docker-engine.ts'
import type { Container } from './stack.ts'

/** Containers that publish a port on loopback, with the port inside. */
export const published: Readonly<Record<string, number>> = { gateway: 8080, sandbox: 12111, mailpit: 8025 }

/** An IPv4 address as a number, from its four parts. */
const numberOf = (parts: readonly number[]): number => parts.reduce((sum, part) => sum * 256 + part, 0)

const fromTable = (hex: string): number => numberOf([...Buffer.from(hex, 'hex')].reverse())

/** Networks to which the host has a route of its own, other than the default route: from the kernel's table, least significant byte first. */
const readRoutes = (): { network: number; mask: number }[] =>
  readFileSync('/proc/net/route', 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([, network = '', , , , , , mask = '']) => ({ network: fromTable(network), mask: fromTable(mask) }))
    .filter(({ mask }) => mask !== 0)

/** Ports that are published and should not be, or not on loopback only. */
export const findPublished = (containers: readonly Container[]): string[] =>
  containers.flatMap(({ Service, Publishers }) =>
    (Publishers ?? [])
      .filter(
        ({ PublishedPort, TargetPort, URL }) => PublishedPort !== 0 && (URL !== '127.0.0.1' || published[Service] !== TargetPort),
      )
      .map(({ URL, PublishedPort, TargetPort }) => `${Service}: ${URL}:${PublishedPort} -> ${TargetPort}`),
  )

/**
 * Containers with an address on the network of services and engines to which the host has a route. It looks the routes up and connects to
 * nothing: a packet to an address without a route of its own would leave the machine.
 */
export const findReachable = async ({ docker }: DockerEngine, containers: readonly Container[]): Promise<string[]> => {
  const routes = readRoutes()
  const format = '{{range $name, $net := .NetworkSettings.Networks}}{{$name}} {{$net.IPAddress}}\n{{end}}'
  const found = containers.map(async ({ Service, ID }) => {
    const address = /_backend (\S+)/.exec(await docker('inspect', '--format', format, ID))?.[1]
    if (address === undefined) return [`${Service} has no address on the network backend`]
    const value = numberOf(address.split('.').map(Number))
    return routes.some(({ network, mask }) => (value & mask) === (network & mask)) ? [`${Service} at ${address}`] : []
  })
  return (await Promise.all(found)).flat()
}

/** Runs in a container: asks each service for something that needs an account, with the headers that a spoofer would send. */
const spoof = `
const headers = { 'x-user-id': 'usr_admin', 'x-user-role': 'admin', 'x-cartwright-principal': 'admin', authorization: 'Bearer forged' }
for (const url of ['http://order:8084/v1/admin/orders', 'http://identity:8081/v1/me', 'http://gateway:8080/v1/me'])
  console.log(url, (await fetch(url, { headers })).status)
`

/** Services that answered a spoofed identity with anything but 401. */
export const findSpoofable = async ({ docker }: DockerEngine, containers: readonly Container[]): Promise<string[]> => {
  const cart = containers.find(({ Service }) => Service === 'cart')?.ID ?? ''
  const lines = (await docker('exec', cart, 'node', '--input-type=module', '-e', spoof)).trim().split('\n')
  return lines.filter((line) => !line.endsWith(' 401'))
}

// Ports of the services: configured ones are kept, taken ones are replaced and named, and two shops never choose the same.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { serviceNames, services } from '@cartwright/contracts'
import type { Environment } from '@cartwright/service-kit'
import { expect, test } from 'vitest'
import { claimServicePorts } from './service-ports.ts'

/** Every port free, except those that are given. */
const wanting = (given: Environment): Environment => ({
  ...Object.fromEntries(serviceNames.flatMap((name) => Object.values(services[name].ports).map((variable) => [variable, '0']))),
  GATEWAY_PORT: '8080',
  ...given,
})

const listen = async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

test('a port that another process has is replaced and named, and every other port is as configured', async () => {
  const server = await listen()
  const taken = (server.address() as AddressInfo).port
  const claimed = await claimServicePorts(wanting({ CART_METRICS_PORT: String(taken) }))
  const { ports, moved, environment } = claimed
  expect(moved).toEqual([{ variable: 'CART_METRICS_PORT', wanted: taken, port: ports.cart.metrics }])
  expect(ports.gateway.http).toBe(8080)
  expect(environment.CART_METRICS_PORT).toBe(String(ports.cart.metrics))
  const all = Object.values(ports).flatMap(({ http, metrics }) => [http, metrics])
  expect(new Set(all).size).toBe(all.length)
  expect(all).not.toContain(taken)
  claimed.release()
  const again = await claimServicePorts(wanting({ ORDER_PORT: String(ports.cart.metrics) }))
  expect(again.ports.order.http).toBe(ports.cart.metrics)
  again.release()
  server.close()
})

test('two shops that start at the same time get different ports', async () => {
  const server = await listen()
  const wanted = String((server.address() as AddressInfo).port)
  server.close()
  await once(server, 'close')
  const both = await Promise.all([1, 2].map(() => claimServicePorts(wanting({ PAYMENT_PORT: wanted }))))
  const [one, other] = both.map(({ ports }) => Object.values(ports).flatMap(({ http, metrics }) => [http, metrics]))
  expect(one?.filter((port) => port !== 8080 && other?.includes(port))).toEqual([])
  for (const { release } of both) release()
})

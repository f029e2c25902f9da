// Stable address of one service: a load balancer over the replicas that are ready at present, as a service of a cluster.
import { eventually } from '@cartwright/testing'
import { type Backend, startBalancer } from './balancer.ts'

export interface ServiceAddress {
  port: number
  /** Sends new connections to the replica at this port, too. Resolves when the load balancer knows that it is ready. */
  add(port: number): Promise<void>
  /**
   * Sends no new connections to the replica at this port from when it first answers that it is not ready: a replica that drains never
   * becomes ready again, and it gets none even while no other one answers in time.
   */
  retire(port: number): Promise<void>
  stop(): Promise<void>
}

const pollMs = 150
const noticeTimeoutMs = 60_000

/** @param isReady asks the replica at a port */
export const openServiceAddress = async (
  ports: readonly number[],
  isReady: (port: number) => Promise<boolean>,
): Promise<ServiceAddress> => {
  const ready = new Map<number, boolean>()
  const backends: Backend[] = []
  const add = (port: number) => void backends.push({ port, isReady: () => ready.get(port) === true })
  for (const port of ports) add(port)
  const poll = setInterval(() => {
    for (const { port } of backends) void isReady(port).then((answer) => ready.set(port, answer))
  }, pollMs)
  const balancer = await startBalancer(backends)
  return {
    port: balancer.port,
    add: async (port) => {
      add(port)
      await eventually(`the load balancer knows the replica at ${port}`, () => ready.get(port) === true, noticeTimeoutMs)
    },
    retire: async (port) => {
      await eventually(`the load balancer knows that ${port} drains`, () => ready.get(port) === false, noticeTimeoutMs)
      const index = backends.findIndex((backend) => backend.port === port)
      if (index >= 0) backends.splice(index, 1)
    },
    stop: async () => {
      clearInterval(poll)
      await balancer.stop()
    },
  }
}

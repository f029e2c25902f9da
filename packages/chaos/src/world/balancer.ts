// Spreads connections over the replicas of one service, as a cluster's service address does: only over those that say they are ready.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Backend {
  port: number
  /** Asked before a connection is handed over. */
  isReady(): boolean
}

export interface Balancer {
  port: number
  stop(): Promise<void>
}

const pipe = (client: Socket, service: Socket, open: Set<Socket>): void => {
  for (const socket of [client, service]) {
    open.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => {
      open.delete(socket)
      client.destroy()
      service.destroy()
    })
  }
  client.pipe(service).pipe(client)
}

/** Starts a balancer on a free port. A connection that no replica takes is closed. */
export const startBalancer = async (backends: readonly Backend[]): Promise<Balancer> => {
  const open = new Set<Socket>()
  let turn = 0
  const order = (): Backend[] => {
    turn += 1
    const rotated = backends.map((_, index) => backends[(index + turn) % backends.length] as Backend)
    return [...rotated.filter((backend) => backend.isReady()), ...rotated.filter((backend) => !backend.isReady())]
  }
  const handOver = (client: Socket, candidates: Backend[]): void => {
    const next = candidates.shift()
    if (next === undefined) return void client.destroy()
    const service = connect(next.port, '127.0.0.1')
    const refused = () => handOver(client, candidates)
    service.once('error', refused)
    service.once('connect', () => {
      service.off('error', refused)
      service.on('error', () => client.destroy())
      pipe(client, service, open)
    })
  }
  const server = createServer({ pauseOnConnect: true }, (client) => {
    client.on('error', () => undefined)
    handOver(client, order())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      for (const socket of open) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

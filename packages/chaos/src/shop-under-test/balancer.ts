// Load balancer for the replicas of one service: round robin over the replicas that are ready, as a service address in a cluster.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Backend {
  port: number
  /** Asked for each new connection. */
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

/** Starts a load balancer on a free port. It closes a connection that no replica accepts. */
export const startBalancer = async (backends: readonly Backend[]): Promise<Balancer> => {
  const open = new Set<Socket>()
  let turn = 0
  const order = (): Backend[] => {
    turn += 1
    const rotated = backends.map((_, index) => backends[(index + turn) % backends.length] as Backend)
    return [...rotated.filter((backend) => backend.isReady()), ...rotated.filter((backend) => !backend.isReady())]
  }
  const connectToNext = (client: Socket, candidates: Backend[]): void => {
    const next = candidates.shift()
    if (next === undefined) return void client.destroy()
    const service = connect(next.port, '127.0.0.1')
    const refused = () => connectToNext(client, candidates)
    service.once('error', refused)
    service.once('connect', () => {
      service.off('error', refused)
      service.on('error', () => client.destroy())
      pipe(client, service, open)
    })
  }
  const server = createServer({ pauseOnConnect: true }, (client) => {
    client.on('error', () => undefined)
    connectToNext(client, order())
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

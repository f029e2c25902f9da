// The socket to the server: statements that are sent in the same turn of the event loop leave in one write.
import { connect, type Socket } from 'node:net'

export interface ServerAddress {
  host: string
  port: number
  /** Reaches a server on the same machine; host and port are not used then. */
  socketPath?: string | undefined
}

/** Holds what is written until the turn's promises have run. Each write of its own wakes the server, which costs both sides more than the statement. */
const together = (socket: Socket): Socket => {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean
  const release = () => socket.uncork()
  socket.write = (...args: unknown[]) => {
    if (socket.writableCorked === 0) {
      socket.cork()
      process.nextTick(release)
    }
    return write(...args)
  }
  return socket
}

export const openSocket = ({ host, port, socketPath }: ServerAddress): Socket =>
  together(socketPath ? connect(socketPath) : connect({ host, port }).setNoDelay(true))

// A TCP proxy that makes trouble on demand: cuts, refuses, delays, freezes. The engine behind it never notices.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface TcpProxyOptions {
  host: string
  port: number
  /** Sees each chunk that the engine sends before the client does. Instead of passing it on, `cut` ends the connection, and `drop` keeps it open without a word. */
  onAnswer?: (chunk: Buffer, connection: number) => 'pass' | 'cut' | 'drop'
  /** Sees each chunk that a client sends, before the engine does. */
  onRequest?: (chunk: Buffer, connection: number) => void
  /** Whether a chunk that a client sends is lost on its way: the connection ends instead. */
  isLost?: (chunk: Buffer, connection: number) => boolean
}

export interface TcpProxy extends AsyncDisposable {
  port: number
  /** The address of the proxy in place of the engine's, in a URL. */
  through(url: string): string
  /** Ends every open connection at once; new ones are let in. */
  cut(): void
  /** Ends every open connection and refuses new ones until `resume`. */
  refuse(): void
  /** Holds every answer back by so many milliseconds. */
  delay(milliseconds: number): void
  /** Lets bytes neither in nor out until `resume`; connections stay open. */
  freeze(): void
  /** Everything works again. */
  resume(): void
  stop(): Promise<void>
}

interface Pair {
  client: Socket
  engine: Socket
}

const endPair = ({ client, engine }: Pair): void => {
  client.resetAndDestroy()
  engine.destroy()
}

/** Starts a proxy on a free port of the loopback interface. */
export const tcpProxy = async (options: TcpProxyOptions): Promise<TcpProxy> => {
  const pairs = new Set<Pair>()
  let mode: 'open' | 'refuse' | 'frozen' = 'open'
  let delayMs = 0
  let thaw = Promise.withResolvers<void>()
  let count = 0

  const pass = (from: Socket, to: Socket, look: (chunk: Buffer) => boolean, late: () => number): void => {
    let order = Promise.resolve()
    from.on('data', (chunk) => {
      if (!look(chunk)) return
      order = order.then(async () => {
        if (mode === 'frozen') await thaw.promise
        if (late() > 0) await delay(late())
        if (!to.destroyed) to.write(chunk)
      })
    })
  }
  const server = createServer((client) => {
    if (mode === 'refuse') return void client.resetAndDestroy()
    const id = ++count
    const pair: Pair = { client, engine: connect(options.port, options.host) }
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      endPair(pair)
    }
    for (const socket of [client, pair.engine]) socket.setNoDelay(true).on('error', end).on('close', end)
    pass(
      client,
      pair.engine,
      (chunk) => {
        options.onRequest?.(chunk, id)
        if (!options.isLost?.(chunk, id)) return true
        end()
        return false
      },
      () => 0,
    )
    const look = (chunk: Buffer): boolean => {
      const verdict = options.onAnswer?.(chunk, id) ?? 'pass'
      if (verdict === 'cut') end()
      return verdict === 'pass'
    }
    pass(pair.engine, client, look, () => delayMs)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  const cut = () => {
    for (const pair of pairs) endPair(pair)
    pairs.clear()
  }
  const resume = () => {
    mode = 'open'
    delayMs = 0
    thaw.resolve()
  }
  const stop = async () => {
    resume()
    cut()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return {
    port,
    through: (url) => {
      const changed = new URL(url)
      changed.hostname = '127.0.0.1'
      changed.port = String(port)
      return changed.href
    },
    cut,
    refuse: () => {
      mode = 'refuse'
      cut()
    },
    delay: (milliseconds) => {
      delayMs = milliseconds
    },
    freeze: () => {
      // What waits since an earlier freeze waits on for the same thaw.
      if (mode === 'frozen') return
      mode = 'frozen'
      thaw = Promise.withResolvers<void>()
    },
    resume,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** A proxy in front of the engine that a URL names. */
export const proxyOf = (
  url: string,
  hooks: Pick<TcpProxyOptions, 'onAnswer' | 'onRequest' | 'isLost'> = {},
): Promise<TcpProxy> => {
  const { hostname, port } = new URL(url)
  return tcpProxy({ host: hostname, port: Number(port), ...hooks })
}

// TCP proxy with fault injection: cuts, refuses, delays or freezes connections to an engine.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface TcpProxyOptions {
  host: string
  port: number
  /** Is called with each chunk of the engine before the client receives it. `cut` ends the connection, `drop` discards the chunk. */
  onAnswer?: (chunk: Buffer, connection: number) => 'pass' | 'cut' | 'drop'
  /** Is called with each chunk of a client before the engine receives it. */
  onRequest?: (chunk: Buffer, connection: number) => void
  /** Whether the proxy loses this chunk of a client and ends the connection. */
  isLost?: (chunk: Buffer, connection: number) => boolean
}

export interface TcpProxy extends AsyncDisposable {
  port: number
  /** The URL with the proxy's host and port in place of the engine's. */
  through(url: string): string
  /** Ends every open connection at once; the proxy accepts new ones. */
  cut(): void
  /** Ends every open connection and refuses new ones until `resume`. */
  refuse(): void
  /** Delays every chunk of the engine by so many milliseconds. */
  delay(milliseconds: number): void
  /** Holds all bytes in both directions until `resume`; connections stay open. */
  freeze(): void
  /** Ends the faults: the proxy accepts connections and forwards bytes at once. */
  resume(): void
  stop(): Promise<void>
}

interface Pair {
  client: Socket
  engine: Socket
}

/** The faults that apply to every connection at present, and the open connections. */
interface ProxyState {
  readonly pairs: Set<Pair>
  mode: 'open' | 'refuse' | 'frozen'
  delayMs: number
  thaw: PromiseWithResolvers<void>
  connections: number
}

const endPair = ({ client, engine }: Pair): void => {
  client.resetAndDestroy()
  engine.destroy()
}

/** Forwards chunks in order. `inspect` sees each chunk first and returns whether it is forwarded. */
const forward = (
  { from, to }: { from: Socket; to: Socket },
  state: ProxyState,
  { inspect, delayMs }: { inspect: (chunk: Buffer) => boolean; delayMs: () => number },
): void => {
  let previous = Promise.resolve()
  from.on('data', (chunk) => {
    if (!inspect(chunk)) return
    previous = previous.then(async () => {
      if (state.mode === 'frozen') await state.thaw.promise
      if (delayMs() > 0) await delay(delayMs())
      if (!to.destroyed) to.write(chunk)
    })
  })
}

const acceptConnection = (client: Socket, options: TcpProxyOptions, state: ProxyState): void => {
  if (state.mode === 'refuse') return void client.resetAndDestroy()
  const id = ++state.connections
  const engine = connect(options.port, options.host)
  const pair: Pair = { client, engine }
  state.pairs.add(pair)
  const end = () => {
    state.pairs.delete(pair)
    endPair(pair)
  }
  for (const socket of [client, engine]) socket.setNoDelay(true).on('error', end).on('close', end)
  const inspectRequest = (chunk: Buffer): boolean => {
    options.onRequest?.(chunk, id)
    if (!options.isLost?.(chunk, id)) return true
    end()
    return false
  }
  const inspectAnswer = (chunk: Buffer): boolean => {
    const verdict = options.onAnswer?.(chunk, id) ?? 'pass'
    if (verdict === 'cut') end()
    return verdict === 'pass'
  }
  forward({ from: client, to: engine }, state, { inspect: inspectRequest, delayMs: () => 0 })
  forward({ from: engine, to: client }, state, { inspect: inspectAnswer, delayMs: () => state.delayMs })
}

const faultSwitches = (state: ProxyState): Pick<TcpProxy, 'cut' | 'refuse' | 'delay' | 'freeze' | 'resume'> => {
  const cut = () => {
    for (const pair of state.pairs) endPair(pair)
    state.pairs.clear()
  }
  return {
    cut,
    refuse: () => {
      state.mode = 'refuse'
      cut()
    },
    delay: (milliseconds) => {
      state.delayMs = milliseconds
    },
    freeze: () => {
      // Chunks that wait since an earlier freeze wait for the same promise.
      if (state.mode === 'frozen') return
      state.mode = 'frozen'
      state.thaw = Promise.withResolvers<void>()
    },
    resume: () => {
      state.mode = 'open'
      state.delayMs = 0
      state.thaw.resolve()
    },
  }
}

/** Starts a proxy on a free port of the loopback interface. */
export const tcpProxy = async (options: TcpProxyOptions): Promise<TcpProxy> => {
  const state: ProxyState = {
    pairs: new Set(),
    mode: 'open',
    delayMs: 0,
    thaw: Promise.withResolvers<void>(),
    connections: 0,
  }
  const server = createServer((client) => acceptConnection(client, options, state))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const switches = faultSwitches(state)
  const stop = async () => {
    switches.resume()
    switches.cut()
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
    ...switches,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Starts a proxy in front of the engine of a URL. */
export const proxyOf = (
  url: string,
  hooks: Pick<TcpProxyOptions, 'onAnswer' | 'onRequest' | 'isLost'> = {},
): Promise<TcpProxy> => {
  const { hostname, port } = new URL(url)
  return tcpProxy({ host: hostname, port: Number(port), ...hooks })
}

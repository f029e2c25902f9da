// Raw HTTP for tests: sends exact bytes over a socket and parses the response, for requests that no client would send.
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  status: number
  /** Names in lower case; of repeated headers only the last. */
  headers: Record<string, string>
  body: string
}

export interface RawConnection {
  write(bytes: string | Buffer): void
  /** Resolves with all received bytes when the server has closed the connection. */
  closed: Promise<string>
  end(): void
}

/** @throws Error when the bytes are no HTTP response */
export const parseAnswer = (text: string): RawAnswer => {
  const split = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, split).split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]
  if (split < 0 || status === undefined) throw new Error(`no answer came: ${JSON.stringify(text.slice(0, 200))}`)
  const headers = Object.fromEntries(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  return { status: Number(status), headers, body: text.slice(split + 4) }
}

/** Opens a connection to the server of `url`. @param reads false for a client that never reads */
export const openRaw = async (url: string, { reads = true }: { reads?: boolean } = {}): Promise<RawConnection> => {
  const { hostname, port } = new URL(url)
  let text = ''
  const closed = Promise.withResolvers<string>()
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opening: Socket = connect(Number(port), hostname, () => resolve(opening)).once('error', reject)
  })
  socket.setEncoding('utf8')
  if (reads)
    socket.on('data', (chunk: string) => {
      text += chunk
    })
  else socket.pause()
  socket.on('error', () => undefined)
  socket.once('close', () => closed.resolve(text))
  return { write: (bytes) => void socket.write(bytes), closed: closed.promise, end: () => void socket.destroy() }
}

/** Sends the bytes and reads until the server closes the connection. Send `Connection: close` for keep-alive servers. */
export const sendRaw = async (url: string, bytes: string | Buffer): Promise<RawAnswer> => {
  const connection = await openRaw(url)
  connection.write(bytes)
  return parseAnswer(await connection.closed)
}

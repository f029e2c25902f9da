// The first words of each engine's protocol, enough to see that it serves and which version it is.
import { connect } from 'node:net'

const patienceMs = 2000

/** Connects, says `hello` (nothing when empty), and gives what `read` makes of the bytes so far; null when nobody answers. */
const ask = (port: number, hello: Buffer, read: (bytes: Buffer) => string | null): Promise<string | null> =>
  new Promise((resolve) => {
    let bytes = Buffer.alloc(0)
    const socket = connect({ port, host: '127.0.0.1' })
    const finish = (answer: string | null) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(patienceMs, () => finish(null))
    socket.once('error', () => finish(null))
    socket.once('close', () => finish(null))
    socket.once('connect', () => {
      if (hello.length > 0) socket.write(hello)
    })
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      const answer = read(bytes)
      if (answer !== null) finish(answer)
    })
  })

/** MySQL's protocol: the server greets with its version. MariaDB puts a prefix before it for old replicas. */
export const readGreeting = (bytes: Buffer): string | null => {
  const text = 5
  if (bytes[4] !== 10) return null
  const end = bytes.indexOf(0, text)
  return end < 0 ? null : bytes.toString('latin1', text, end).replace(/^5\.5\.5-/, '')
}

export const askMysql = (port: number): Promise<string | null> => ask(port, Buffer.alloc(0), readGreeting)

/** Redis while it loads its data answers with an error, which has no version. */
export const readRedisInfo = (bytes: Buffer): string | null =>
  /redis_version:(\S+)\r\n/.exec(bytes.toString('latin1'))?.[1] ?? null

export const askRedis = (port: number): Promise<string | null> => ask(port, Buffer.from('INFO server\r\n'), readRedisInfo)

/** Kafka's ApiVersions request, version 0: length, key 18, version, correlation id, no client id. */
const apiVersions = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])

/** Kafka serves when it answers the request without an error. The protocol does not tell the server's version. */
export const askKafka = async (port: number, version: string): Promise<string | null> =>
  ask(port, apiVersions, (bytes) => (bytes.length >= 10 && bytes.readInt16BE(8) === 0 ? version : null))

/** Elasticsearch serves when its cluster is at least yellow. */
export const askElasticsearch = async (port: number): Promise<string | null> => {
  const root = `http://127.0.0.1:${port}`
  try {
    const health = await fetch(`${root}/_cluster/health?wait_for_status=yellow&timeout=1s`, { signal: AbortSignal.timeout(3000) })
    if (!health.ok) return null
    const about = (await (await fetch(root, { signal: AbortSignal.timeout(3000) })).json()) as { version: { number: string } }
    return about.version.number
  } catch {
    // Nobody listens yet, or it is too busy to answer.
    return null
  }
}

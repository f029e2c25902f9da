// Readiness probes: the first exchange of each engine's protocol, which shows that it serves, and its version.
import { connect } from 'node:net'

const probeTimeoutMs = 2000

/** Connects, sends `hello` unless it is empty, and returns what `read` finds in the bytes so far; null when there is no answer. */
const probe = (port: number, hello: Buffer, read: (bytes: Buffer) => string | null): Promise<string | null> =>
  new Promise((resolve) => {
    let bytes = Buffer.alloc(0)
    const socket = connect({ port, host: '127.0.0.1' })
    const finish = (answer: string | null) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(probeTimeoutMs, () => finish(null))
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

/** MySQL's protocol: the server's greeting contains the version. MariaDB adds a prefix for old replicas. */
export const readGreeting = (bytes: Buffer): string | null => {
  const text = 5
  if (bytes[4] !== 10) return null
  const end = bytes.indexOf(0, text)
  return end < 0 ? null : bytes.toString('latin1', text, end).replace(/^5\.5\.5-/, '')
}

export const probeMysql = (port: number): Promise<string | null> => probe(port, Buffer.alloc(0), readGreeting)

/** While Redis loads its data it answers with an error, which contains no version. */
export const readRedisInfo = (bytes: Buffer): string | null =>
  /redis_version:(\S+)\r\n/.exec(bytes.toString('latin1'))?.[1] ?? null

export const probeRedis = (port: number): Promise<string | null> => probe(port, Buffer.from('INFO server\r\n'), readRedisInfo)

/** Kafka's ApiVersions request, version 0: length, key 18, version, correlation id, no client id. */
const apiVersions = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])

/** Kafka serves when it answers the request without an error. The protocol does not contain the version. */
export const probeKafka = async (port: number, version: string): Promise<string | null> =>
  probe(port, apiVersions, (bytes) => (bytes.length >= 10 && bytes.readInt16BE(8) === 0 ? version : null))

/** Fetches JSON from a path of a local server; null when the port is closed or the server is not ready. */
const fetchJson = async (port: number, path: string): Promise<unknown> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(3000) })
    return response.ok ? await response.json() : null
  } catch {
    return null
  }
}

/** Prometheus answers its API with an error until it has replayed its write-ahead log. */
export const probePrometheus = async (port: number): Promise<string | null> => {
  const about = (await fetchJson(port, '/api/v1/status/buildinfo')) as { data: { version: string } } | null
  return about?.data.version ?? null
}

export const probeAlertmanager = async (port: number): Promise<string | null> => {
  const about = (await fetchJson(port, '/api/v2/status')) as { versionInfo: { version: string } } | null
  return about?.versionInfo.version ?? null
}

/** Jaeger's API does not contain the version. */
export const probeJaeger = async (port: number, version: string): Promise<string | null> =>
  (await fetchJson(port, '/api/services')) === null ? null : version

/** Elasticsearch serves when its cluster is at least yellow. */
export const probeElasticsearch = async (port: number): Promise<string | null> => {
  const root = `http://127.0.0.1:${port}`
  try {
    const health = await fetch(`${root}/_cluster/health?wait_for_status=yellow&timeout=1s`, { signal: AbortSignal.timeout(3000) })
    if (!health.ok) return null
    const about = (await (await fetch(root, { signal: AbortSignal.timeout(3000) })).json()) as { version: { number: string } }
    return about.version.number
  } catch {
    // The port is closed, or the node is too busy to answer.
    return null
  }
}

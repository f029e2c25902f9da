// Connection options for MySQL and MariaDB: UTC, strict mode, numbers as numbers, the same on both engines.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import mariadb, { type Connection } from 'mariadb'

/** SQL mode of every session, so that both engines refuse the same statements. */
export const sqlMode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'

/** TLS with a verified certificate and host name, when the URL asks for it by `?tls=true`; `ca=/path` names the certificate authorities. */
const tlsOptions = ({ hostname, searchParams }: URL) => {
  if (searchParams.get('tls') !== 'true') return {}
  const ca = searchParams.get('ca')
  // The driver hands a socket to TLS, so the name to verify must be given. An address is no name for SNI.
  const name = isIP(hostname) ? { host: hostname } : { host: hostname, servername: hostname }
  return { ssl: { rejectUnauthorized: true, ...name, ...(ca === null ? {} : { ca: readFileSync(ca, 'utf8') }) } }
}

/** The driver's options for a URL. `?socket=/path` reaches a server on the same machine by its socket, which is cheaper than its port. */
export const connectionOptions = (url: string) => {
  const parsed = new URL(url)
  const { hostname, port, username, password, pathname, searchParams } = parsed
  const socketPath = searchParams.get('socket')
  return {
    ...(socketPath === null ? { host: hostname, port: Number(port || 3306) } : { socketPath }),
    ...tlsOptions(parsed),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
    allowPublicKeyRetrieval: true,
    collation: 'UTF8MB4_UNICODE_CI',
    timezone: 'Z',
    bigIntAsNumber: true,
    insertIdAsNumber: true,
    decimalAsNumber: true,
    checkNumberRange: true,
    autoJsonMap: false,
    connectTimeout: 3000,
  }
}

/** Opens a connection without a statement limit, for migrations and administration. The caller ends it. */
export const connect = (url: string): Promise<Connection> =>
  mariadb.createConnection({
    ...connectionOptions(url),
    multipleStatements: true,
    initSql: `SET SESSION sql_mode='${sqlMode}', time_zone='+00:00'`,
  })

/** Which engine is at the other end. */
export const dialectOf = async (connection: Connection): Promise<'mysql' | 'mariadb'> => {
  const answer: { version: string }[] = await connection.query('SELECT VERSION() AS version')
  return /mariadb/i.test(answer[0]?.version ?? '') ? 'mariadb' : 'mysql'
}

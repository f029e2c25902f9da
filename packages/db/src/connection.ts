// How a connection to MySQL or MariaDB is opened: UTC, strict, numbers as numbers, the same on both engines.
import mariadb, { type Connection } from 'mariadb'
import { openSocket } from './socket.ts'

/** One explicit mode for every session, so that both engines refuse the same things. */
export const sqlMode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION'

/** The driver's options for an URL. `?socket=/path` reaches a server on the same machine by its socket, which is cheaper than its port. */
export const connectionOptions = (url: string) => {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const address = { host: hostname, port: Number(port || 3306), socketPath: searchParams.get('socket') ?? undefined }
  return {
    host: address.host,
    port: address.port,
    stream: () => openSocket(address),
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

/** A plain connection for migrations and administration: no statement limit. The caller ends it. */
export const connect = (url: string): Promise<Connection> =>
  mariadb.createConnection({
    ...connectionOptions(url),
    multipleStatements: true,
    initSql: `SET SESSION sql_mode='${sqlMode}', time_zone='+00:00'`,
  })

/** Which engine answers at `url`. */
export const dialectOf = async (connection: Connection): Promise<'mysql' | 'mariadb'> => {
  const answer: { version: string }[] = await connection.query('SELECT VERSION() AS version')
  return /mariadb/i.test(answer[0]?.version ?? '') ? 'mariadb' : 'mysql'
}

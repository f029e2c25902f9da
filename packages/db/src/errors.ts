// Classification of database errors: run the transaction again, try later, or report a conflict. Uses errno, because codes differ by engine.

/** The server rolled the transaction back, or did not give a lock in time: the whole transaction may run again. */
const retryableErrors = { recordChanged: 1020, lockWaitTimeout: 1205, deadlock: 1213 } as const

/** The server, the connection or the pool cannot answer now. Numbers from 45000 on are the driver's own. */
const unavailableErrors = {
  tooManyConnections: 1040,
  serverShutdown: 1053,
  normalShutdown: 1077,
  serverGotSignal: 1078,
  connectionAborted: 1152,
  newConnectionAborted: 1184,
  tooManyUserConnections: 1203,
  /** By `KILL QUERY`, which also ends a statement over its time limit on some versions. */
  queryInterrupted: 1317,
  connectionKilled: 1927,
  mariadbStatementTimeout: 1969,
  serverGone: 2006,
  serverLost: 2013,
  mysqlStatementTimeout: 3024,
  sessionKilled: 3169,
  clientIdleTooLong: 4031,
  connectionAlreadyClosed: 45_001,
  commandDestroyed: 45_004,
  socketClosedUnexpectedly: 45_009,
  connectTimeout: 45_012,
  commandOnClosedConnection: 45_013,
  socketError: 45_019,
  socketTimeout: 45_026,
  poolAlreadyClosed: 45_027,
  /** The pool had no free connection in time. Nothing was sent to the server. */
  poolTimeout: 45_028,
  sessionSettingFailed: 45_029,
  initialSqlFailed: 45_030,
  connectionForClosedPool: 45_035,
  poolClosing: 45_037,
  initialConnectTimeout: 45_039,
  pingTimeout: 45_042,
  poolWithoutConnection: 45_061,
} as const

/** errno of each database error that the code distinguishes. */
export const sqlErrors = { duplicateEntry: 1062, ...retryableErrors, ...unavailableErrors } as const

/** A unique key is taken. `key` is the name of the index. */
export class ConflictError extends Error {
  readonly key: string

  constructor(key: string, cause: unknown) {
    super(`unique key ${key} is taken`, { cause })
    this.name = 'ConflictError'
    this.key = key
  }
}

/** A transaction took longer than its limit. The server may be frozen or unreachable, so this counts as unavailable. */
export class TransactionTimeout extends Error {
  constructor(milliseconds: number) {
    super(`the transaction took longer than ${milliseconds} ms and was rolled back`)
    this.name = 'TransactionTimeout'
  }
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** Number inside an error of Prisma's driver adapter: the server's errno as text, deep in `meta`. */
const prismaErrno = (error: unknown): number | undefined => {
  const original = member(member(member(member(error, 'meta'), 'driverAdapterError'), 'cause'), 'originalCode')
  return typeof original === 'string' && /^\d+$/.test(original) ? Number(original) : undefined
}

/** errno of an error of the driver, or of one that Prisma wrapped; undefined for anything else. */
export const errnoOf = (error: unknown): number | undefined => {
  const errno = member(error, 'errno')
  return typeof errno === 'number' ? errno : prismaErrno(error)
}

const textOf = (error: unknown, name: string): string => {
  const value = member(error, name)
  return typeof value === 'string' ? value : ''
}

const retryable: ReadonlySet<number> = new Set(Object.values(retryableErrors))
const unavailable: ReadonlySet<number> = new Set(Object.values(unavailableErrors))
/** Codes of Node.js sockets, and of Prisma for a server that cannot be reached or does not answer in time. */
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENOENT',
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
])

export const isRetryable = (error: unknown): boolean => retryable.has(errnoOf(error) ?? 0)

/**
 * True when the database cannot answer now but may answer later: consumers and jobs try again, and HTTP answers 503.
 * SQL state 08xxx is the standard's class of connection exceptions.
 */
export const isTransient = (error: unknown): boolean => {
  if (error instanceof TransactionTimeout || isRetryable(error)) return true
  if (
    unavailable.has(errnoOf(error) ?? 0) ||
    unreachable.has(textOf(error, 'code')) ||
    textOf(error, 'sqlState').startsWith('08')
  )
    return true
  return error instanceof Error && error.cause !== undefined && isTransient(error.cause)
}

/** Turns a duplicate entry into a ConflictError that names the key. Other errors stay as they are. */
export const asConflict = (error: unknown): unknown => {
  if (errnoOf(error) !== sqlErrors.duplicateEntry) return error
  const message = error instanceof Error ? error.message : ''
  const key = /for key '(?:[^'.]+\.)?([^']+)'/.exec(message)?.[1] ?? 'unknown'
  return new ConflictError(key, error)
}

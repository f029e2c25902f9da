// Which database errors mean "again", which mean "not now", and which name a conflict. Tests errno only: codes differ by engine.

/** A unique key was already taken (1062). `key` is the name of the index. */
export class ConflictError extends Error {
  readonly key: string

  constructor(key: string, cause: unknown) {
    super(`unique key ${key} is taken`, { cause })
    this.name = 'ConflictError'
    this.key = key
  }
}

/** A transaction took longer than it may. The engine may be frozen or gone silent, so it counts as unavailable. */
export class TransactionTimeout extends Error {
  constructor(milliseconds: number) {
    super(`the transaction took longer than ${milliseconds} ms and was rolled back`)
    this.name = 'TransactionTimeout'
  }
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** What Prisma says when its driver failed: the engine's number as text, deep in `meta`. */
const prismaErrno = (error: unknown): number | undefined => {
  const original = member(member(member(member(error, 'meta'), 'driverAdapterError'), 'cause'), 'originalCode')
  return typeof original === 'string' && /^\d+$/.test(original) ? Number(original) : undefined
}

/** errno of a database error, the driver's own or inside one of Prisma's; undefined for anything else. */
export const errnoOf = (error: unknown): number | undefined => {
  const errno = member(error, 'errno')
  return typeof errno === 'number' ? errno : prismaErrno(error)
}

const textOf = (error: unknown, name: string): string => {
  const value = member(error, name)
  return typeof value === 'string' ? value : ''
}

/** Deadlock, lock wait, snapshot conflict: the whole transaction may simply run again. */
const retryable = new Set([1213, 1205, 1020])

/** Too many connections, shutting down, killed, gone, statement limit; from 45001 on the driver's own: socket and pool trouble. */
const unavailable = new Set([
  1040, 1053, 1077, 1078, 1152, 1184, 1203, 1317, 1927, 1969, 2006, 2013, 3024, 3169, 4031, 45001, 45004, 45009, 45012, 45013,
  45019, 45026, 45027, 45028, 45029, 45030, 45035, 45037, 45039, 45042, 45061,
])
/** Sockets' own codes, and Prisma's for a server that cannot be reached or does not answer in time. */
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
 * True when the database cannot answer now but may later: callers wait and try again, and HTTP answers 503.
 * 08xxx is the SQL standard's class for connection exceptions.
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

/** Turns 1062 into a ConflictError that names the key; leaves everything else alone. */
export const asConflict = (error: unknown): unknown => {
  if (errnoOf(error) !== 1062) return error
  const message = error instanceof Error ? error.message : ''
  const key = /for key '(?:[^'.]+\.)?([^']+)'/.exec(message)?.[1] ?? 'unknown'
  return new ConflictError(key, error)
}

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

/** errno of a database error, or undefined for anything else. */
export const errnoOf = (error: unknown): number | undefined =>
  typeof error === 'object' && error !== null && 'errno' in error && typeof error.errno === 'number' ? error.errno : undefined

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : ''

const sqlStateOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'sqlState' in error && typeof error.sqlState === 'string' ? error.sqlState : ''

/** Deadlock, lock wait, snapshot conflict: the whole transaction may simply run again. */
const retryable = new Set([1213, 1205, 1020])

/** Too many connections, shutting down, killed, gone, statement limit; from 45001 on the driver's own: socket and pool trouble. */
const unavailable = new Set([
  1040, 1053, 1077, 1078, 1152, 1184, 1203, 1317, 1927, 1969, 2006, 2013, 3024, 3169, 4031,
  45001, 45004, 45009, 45012, 45013, 45019, 45026, 45027, 45028, 45029, 45030, 45035, 45037, 45039, 45042, 45061,
])
const socketCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'ENOENT'])

export const isRetryable = (error: unknown): boolean => retryable.has(errnoOf(error) ?? 0)

/**
 * True when the database cannot answer now but may later: callers wait and try again, and HTTP answers 503.
 * 08xxx is the SQL standard's class for connection exceptions.
 */
export const isTransient = (error: unknown): boolean => {
  if (error instanceof TransactionTimeout || isRetryable(error)) return true
  if (unavailable.has(errnoOf(error) ?? 0) || socketCodes.has(codeOf(error)) || sqlStateOf(error).startsWith('08')) return true
  return error instanceof Error && error.cause !== undefined && isTransient(error.cause)
}

/** Turns 1062 into a ConflictError that names the key; leaves everything else alone. */
export const asConflict = (error: unknown): unknown => {
  if (errnoOf(error) !== 1062) return error
  const message = error instanceof Error ? error.message : ''
  const key = /for key '(?:[^'.]+\.)?([^']+)'/.exec(message)?.[1] ?? 'unknown'
  return new ConflictError(key, error)
}

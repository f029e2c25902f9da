// Statement timeout: interrupts the running statement of one connection by `KILL QUERY`, sent over another connection.
import { ignore } from '@cartwright/concurrency'
import type { ConnectionSource, PoolConnection } from './connection-source.ts'

/**
 * Interrupts the statement that runs on `connection` when `timeoutMs` have passed.
 * @returns clears the timeout; when it resolves, no interruption can reach the connection any more
 */
export const startStatementTimeout = (
  autocommit: ConnectionSource,
  connection: PoolConnection,
  timeoutMs: number | undefined,
): (() => Promise<void>) => {
  if (timeoutMs === undefined || connection.threadId === null) return async () => undefined
  let interrupted: Promise<void> = Promise.resolve()
  const timer = setTimeout(() => {
    const killing = autocommit.query(`KILL QUERY ${connection.threadId}`)
    interrupted = ignore(killing, 'without it the limits of the statement and of the transaction end the wait')
  }, timeoutMs)
  return async () => {
    clearTimeout(timer)
    await interrupted
  }
}

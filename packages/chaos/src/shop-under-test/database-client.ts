// Reconnecting database client: the harness reads and writes past every proxy, also while the database is being restarted.
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@cartwright/db'

type Connection = Awaited<ReturnType<typeof connect>>

export interface DatabaseClient {
  /** Runs a statement, and runs it again on a new connection when the connection broke. */
  query<T>(text: string, values?: readonly unknown[]): Promise<T[]>
  close(): Promise<void>
}

/** How long a query is repeated while the database is being restarted. */
const retryForMs = 15_000
const retryEveryMs = 300

export const openDatabaseClient = (url: string): DatabaseClient => {
  let current: Promise<Connection> | null = null
  const close = async () => {
    const old = current
    current = null
    await old?.then((connection) => connection.destroy()).catch(() => undefined)
  }
  const open = async (): Promise<Connection> => {
    const connection = await connect(url)
    // An idle connection may break too; the next query opens another one.
    connection.on('error', () => {
      current = null
    })
    return connection
  }
  return {
    query: async <T>(text: string, values: readonly unknown[] = []): Promise<T[]> => {
      for (const until = performance.now() + retryForMs; ; await delay(retryEveryMs)) {
        current ??= open()
        try {
          return await (await current).query(text, [...values])
        } catch (error) {
          await close()
          const isBroken = error instanceof Error && 'fatal' in error && error.fatal === true
          if (!isBroken || performance.now() > until) throw error
        }
      }
    },
    close,
  }
}

// Connection source: our interface to the driver's pool. It acquires connections, runs single statements and releases connections.
import type { Pool, PoolConnection } from 'mariadb'
import type { SqlValue } from './sql.ts'

export type { PoolConnection }

export interface ConnectionSource {
  /** A connection for several statements. The caller releases it. */
  acquire(): Promise<PoolConnection>
  /** Runs one statement on any free connection. */
  query(text: string, values?: readonly SqlValue[]): Promise<unknown>
  release(connection: PoolConnection): Promise<void>
  /** Closes all connections. Later calls fail. */
  end(): Promise<void>
}

export const createConnectionSource = (pool: Pool): ConnectionSource => ({
  acquire: () => pool.getConnection(),
  query: (text, values = []) => pool.query(text, [...values]),
  release: async (connection) => {
    await connection.release()
  },
  end: () => pool.end(),
})

// What a database server was asked for while something ran: its own counters, which no noise of the machine changes.
import { openDatabase } from '@cartwright/db'

export interface Asked {
  statements: number
  commits: number
}

export interface SqlWatch {
  /** Starts counting; the returned function says what came since. */
  start(): Promise<() => Promise<Asked>>
  close(): Promise<void>
}

/** @param rootUrl a root address of the server */
export const watchSql = async (rootUrl: string): Promise<SqlWatch> => {
  const db = await openDatabase({ url: rootUrl, poolSize: 1 })
  const read = async (): Promise<Asked> => {
    const rows = await db.rows<Record<string, string>>`SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Com_commit')`
    const values = new Map(rows.map((row) => [row.Variable_name, row.Value]))
    return { statements: Number(values.get('Questions')), commits: Number(values.get('Com_commit')) }
  }
  return {
    start: async () => {
      const before = await read()
      return async () => {
        const after = await read()
        // One of the statements is our own question.
        return { statements: after.statements - before.statements - 1, commits: after.commits - before.commits }
      }
    },
    close: () => db.close(),
  }
}

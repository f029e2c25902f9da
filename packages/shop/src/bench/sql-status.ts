// SQL counters of the database server: statements and commits during a load.
import { openDatabase } from '@cartwright/db'

export interface SqlCounts {
  statements: number
  commits: number
}

export interface SqlWatch {
  /** Starts counting. @returns a function that reads the counts since then */
  start(): Promise<() => Promise<SqlCounts>>
  close(): Promise<void>
}

/** @param rootUrl a root address of the server */
export const watchSql = async (rootUrl: string): Promise<SqlWatch> => {
  const db = await openDatabase({ url: rootUrl, poolSize: 1 })
  const read = async (): Promise<SqlCounts> => {
    const rows = await db.rows<Record<string, string>>`SHOW GLOBAL STATUS WHERE Variable_name IN ('Questions', 'Com_commit')`
    const values = new Map(rows.map((row) => [row.Variable_name, row.Value]))
    return { statements: Number(values.get('Questions')), commits: Number(values.get('Com_commit')) }
  }
  return {
    start: async () => {
      const before = await read()
      return async () => {
        const after = await read()
        // One of the statements is the query that reads the counters.
        return { statements: after.statements - before.statements - 1, commits: after.commits - before.commits }
      }
    },
    close: () => db.close(),
  }
}

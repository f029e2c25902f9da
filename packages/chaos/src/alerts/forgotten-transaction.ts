// Forgotten transaction: a connection that locks rows and does nothing more, until an operator ends it with KILL.
import { connect } from '@cartwright/db'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import type { EndFault } from './drill.ts'

/** Locks the rows that a `SELECT … FOR UPDATE` reads. @returns finds the transaction as the runbook says and ends its connection */
export const forgetTransaction = async ({ engines, query }: ShopUnderTest, select: string): Promise<EndFault> => {
  const connection = await connect(engines.mysql.url)
  connection.on('error', () => undefined)
  // Locks the rows alone, without the gaps between them.
  await connection.query('SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
  await connection.beginTransaction()
  const rows: unknown[] = await connection.query(`${select} FOR UPDATE`)
  if (rows.length === 0) throw new Error(`no row to lock: ${select}`)
  return async () => {
    const open = await query<{ trx_mysql_thread_id: number }>('SELECT * FROM information_schema.innodb_trx')
    const found = open.find(({ trx_mysql_thread_id: id }) => Number(id) === connection.threadId)
    if (found === undefined) throw new Error('information_schema.innodb_trx does not show the forgotten transaction')
    await query(`KILL ${found.trx_mysql_thread_id}`)
    connection.destroy()
  }
}

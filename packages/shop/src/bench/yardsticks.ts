// Baselines of the same run: responses of a bare Fastify, and order transactions of the bare driver.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openDatabase, raw } from '@cartwright/db'
import { userClient } from './client.ts'
import { type LoadResult, load } from './load.ts'

/** Load on a Fastify server with one route, in a separate process. */
export const bareFastify = async (users: number): Promise<LoadResult> => {
  const child = fork(fileURLToPath(new URL('./bare-fastify.ts', import.meta.url)), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const [message] = (await once(child, 'message')) as [{ url: string }]
  const clients = Array.from({ length: users }, () => userClient(message.url))
  try {
    return await load(users, async (user) => void (await clients[user]?.call('GET', '/')), { warmUpSec: 2, seconds: 5 })
  } finally {
    await Promise.all(clients.map((client) => client.close()))
    child.kill()
  }
}

const tables = [
  'CREATE TABLE IF NOT EXISTS bare_order (id BIGINT AUTO_INCREMENT PRIMARY KEY, number VARCHAR(40) NOT NULL, total BIGINT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS bare_line (id BIGINT AUTO_INCREMENT PRIMARY KEY, order_id BIGINT NOT NULL, sku VARCHAR(40) NOT NULL, quantity INT NOT NULL)',
  'CREATE TABLE IF NOT EXISTS bare_outbox (id BIGINT AUTO_INCREMENT PRIMARY KEY, payload TEXT NOT NULL)',
]

/** Transactions that insert an order, two lines and an outbox row, on the shop's database server. */
export const bareTransactions = async (rootUrl: string, users: number): Promise<LoadResult> => {
  const root = await openDatabase({ url: rootUrl })
  await root.run`CREATE DATABASE IF NOT EXISTS cartwright_bench`
  await root.close()
  const url = new URL(rootUrl)
  url.pathname = '/cartwright_bench'
  const db = await openDatabase({ url: url.href, poolSize: Math.min(users, 10) })
  for (const text of tables) await db.run`${raw(text)}`
  try {
    return await load(
      users,
      () =>
        db.tx(async (tx) => {
          const { insertId } = await tx.run`INSERT INTO bare_order (number, total) VALUES ('CW-BENCH', 4200)`
          await tx.run`INSERT INTO bare_line (order_id, sku, quantity) VALUES (${insertId}, 'A', 1), (${insertId}, 'B', 2)`
          await tx.run`INSERT INTO bare_outbox (payload) VALUES (${'x'.repeat(400)})`
        }),
      { warmUpSec: 2, seconds: 5 },
    )
  } finally {
    await db.close()
  }
}

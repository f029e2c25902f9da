// Codes that lead a guest back to an order: at most one a minute and five an hour, five guesses in ten minutes, used once.
import { AppError, orderEvents } from '@cartwright/contracts'
import { type Database, sql, type Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { findOrder, lockOrder, mailOf, type OrderRow } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { normalNumber } from '../order.ts'

const cooldownSec = 60
const maxPerHour = 5
const maxTries = 5
const windowMin = 10

/** The order that somebody claims to know; an erased one is nobody's. */
export const findByNumber = (db: Database, claim: { number: string; email: string }): Promise<OrderRow | null> =>
  findOrder(db, sql`number = ${normalNumber(claim.number)} AND email = ${claim.email}`)

/** A code that is ready to be sent; made outside the transaction, since sealing is not the database's work. */
export interface PreparedCode {
  id: string
  hmac: string
  sealed: string
  expiresAt: string
}

export const prepareCode = async ({ newId, codes, clock, config }: OrderDeps): Promise<PreparedCode> => {
  const id = newId('lkp')
  const code = codes.newCode()
  const expiresAt = new Date(clock.now().getTime() + config.lookupCodeSec * 1000)
  return { id, hmac: codes.hmac(id, code), sealed: await codes.seal(code, expiresAt), expiresAt: expiresAt.toISOString() }
}

/** Issues a code unless the cooldown or the hourly limit forbids it; older ones stop working. Silent either way. */
export const issueCode = async (tx: Tx, orderId: string, prepared: PreparedCode): Promise<void> => {
  const row = await lockOrder(tx, orderId)
  const recent = await tx.one<{ total: number; cooling: number }>`SELECT COUNT(*) AS total,
    COALESCE(SUM(created_at > ${tx.dbNow} - INTERVAL ${cooldownSec} SECOND), 0) AS cooling
    FROM order_lookup WHERE order_id = ${orderId} AND created_at > ${tx.dbNow} - INTERVAL 1 HOUR`
  if (row.email === null || (recent?.cooling ?? 0) > 0 || (recent?.total ?? 0) >= maxPerHour) return
  await tx.run`UPDATE order_lookup SET used_at = ${tx.dbNow} WHERE order_id = ${orderId} AND used_at IS NULL`
  await tx.run`INSERT INTO order_lookup (id, order_id, code_hmac, created_at, expires_at)
    VALUES (${prepared.id}, ${orderId}, ${prepared.hmac}, ${tx.dbNow}, ${new Date(prepared.expiresAt)})`
  await publish(tx, orderEvents.lookupRequested, { ...mailOf(row), sealedCode: prepared.sealed, expiresAt: prepared.expiresAt })
}

/** One statement counts and takes the row's lock at once: an insert that ignores and an update after it deadlock when many guess together. */
const takeTry = async (tx: Tx, orderId: string): Promise<boolean> => {
  const ends = sql`${tx.dbNow} + INTERVAL ${windowMin} MINUTE`
  await tx.run`INSERT INTO order_lookup_budget (order_id, tries, window_ends_at) VALUES (${orderId}, 1, ${ends})
    ON DUPLICATE KEY UPDATE tries = IF(window_ends_at <= ${tx.dbNow}, 1, LEAST(tries + 1, 1000000)),
      window_ends_at = IF(window_ends_at <= ${tx.dbNow}, ${ends}, window_ends_at)`
  const budget = await tx.one<{ tries: number }>`SELECT tries FROM order_lookup_budget WHERE order_id = ${orderId}`
  return budget !== null && budget.tries <= maxTries
}

/** Takes one guess from the order's budget, in a transaction of its own: a wrong guess is never rolled back. @throws AppError otp_invalid */
export const countGuess = async (db: Database, orderId: string): Promise<void> => {
  if (!(await db.tx((tx) => takeTry(tx, orderId)))) throw new AppError('otp_invalid')
}

/** Uses the live code up. @throws AppError otp_invalid */
export const consumeCode = async (tx: Tx, orderId: string, code: string, { codes }: OrderDeps): Promise<void> => {
  const live = await tx.one<{ id: string; code_hmac: string }>`SELECT id, code_hmac FROM order_lookup
    WHERE order_id = ${orderId} AND used_at IS NULL AND expires_at > ${tx.dbNow} ORDER BY created_at DESC LIMIT 1 FOR UPDATE`
  if (live === null || !codes.matches(live.id, code, live.code_hmac)) throw new AppError('otp_invalid')
  await tx.run`UPDATE order_lookup SET used_at = ${tx.dbNow} WHERE id = ${live.id}`
  await tx.run`DELETE FROM order_lookup_budget WHERE order_id = ${orderId}`
}

/** Throws away what nobody can use any more. */
export const dropOldCodes = async ({ db }: OrderDeps): Promise<void> => {
  await db.run`DELETE FROM order_lookup WHERE expires_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT 5000`
  await db.run`DELETE FROM order_lookup_budget WHERE window_ends_at < ${db.dbNow} - INTERVAL 1 DAY LIMIT 5000`
}

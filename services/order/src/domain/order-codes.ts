// One-time codes that prove the address of an order: at most one a minute and five an hour per purpose, five attempts in ten minutes, used once.
import { AppError } from '@cartwright/contracts'
import { type Database, insertInto, sql, type Tx } from '@cartwright/db'
import { type OrderLookupBudgetRow, type OrderLookupRow, orderLookupBudgetTable, orderLookupTable } from '../db/generated/rows.ts'
import { findOrder, lockOrder, mailOf, type OrderRow } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { normalNumber } from './order.ts'

const cooldownSec = 60
const maxPerHour = 5
const maxAttempts = 5
const windowMin = 10

/** What a code is good for: to read an order, or to withdraw from it. */
export type CodePurpose = OrderLookupRow['purpose']

/** Attempts on unknown orders are counted under this id, so that they take as long as those on existing orders. */
export const unknownOrderId = 'ord_none'

/** Finds an order by number and e-mail address; an erased order has no address. */
export const findByNumber = (db: Database, claim: { number: string; email: string }): Promise<OrderRow | null> =>
  findOrder(db, sql`number = ${normalNumber(claim.number)} AND email = ${claim.email}`)

/** An encrypted code, prepared outside the transaction so that encryption holds no locks. */
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

/**
 * Issues a code unless the cooldown or the hourly limit forbids it; older codes of the purpose expire. The caller learns nothing of the
 * limit.
 * @returns the locked order to which the code is to be mailed; null without a code
 */
export const issueCode = async (
  tx: Tx,
  orderId: string,
  purpose: CodePurpose,
  prepared: PreparedCode,
): Promise<OrderRow | null> => {
  const row = await lockOrder(tx, orderId)
  const recent = await tx.one<{ total: number; cooling: number }>`SELECT COUNT(*) AS total,
    COALESCE(SUM(created_at > ${tx.dbNow} - INTERVAL ${cooldownSec} SECOND), 0) AS cooling
    FROM order_lookup WHERE order_id = ${orderId} AND purpose = ${purpose} AND created_at > ${tx.dbNow} - INTERVAL 1 HOUR`
  if (row.email === null || (recent?.cooling ?? 0) > 0 || (recent?.total ?? 0) >= maxPerHour) return null
  await tx.run`UPDATE order_lookup SET expires_at = ${tx.dbNow}
    WHERE order_id = ${orderId} AND purpose = ${purpose} AND used_at IS NULL AND expires_at > ${tx.dbNow}`
  await tx.run`${insertInto(orderLookupTable, {
    id: prepared.id,
    order_id: orderId,
    purpose,
    code_hmac: prepared.hmac,
    created_at: tx.dbNow,
    expires_at: new Date(prepared.expiresAt),
  })}`
  return row
}

/** What the event that mails a code carries. */
export const codeMailOf = (row: OrderRow, { sealed, expiresAt }: PreparedCode) => ({
  ...mailOf(row),
  sealedCode: sealed,
  expiresAt,
})

/** One statement counts and locks the row: INSERT IGNORE with a following UPDATE deadlocks under concurrent attempts. */
const takeAttempt = async (tx: Tx, orderId: string): Promise<boolean> => {
  const ends = sql`${tx.dbNow} + INTERVAL ${windowMin} MINUTE`
  await tx.run`${insertInto(orderLookupBudgetTable, { order_id: orderId, tries: 1, window_ends_at: ends })}
    ON DUPLICATE KEY UPDATE tries = IF(window_ends_at <= ${tx.dbNow}, 1, LEAST(tries + 1, 1000000)),
      window_ends_at = IF(window_ends_at <= ${tx.dbNow}, ${ends}, window_ends_at)`
  const budget = await tx.one<
    Pick<OrderLookupBudgetRow, 'tries'>
  >`SELECT tries FROM order_lookup_budget WHERE order_id = ${orderId}`
  return budget !== null && budget.tries <= maxAttempts
}

/** Counts one attempt in its own transaction, so that a wrong attempt is never rolled back. @throws AppError otp_invalid */
export const recordAttempt = async (db: Database, orderId: string): Promise<void> => {
  if (!(await db.tx((tx) => takeAttempt(tx, orderId)))) throw new AppError('otp_invalid')
}

/** The newest code of an order and a purpose that has not expired, when it is this code. Codes that another one replaced have expired. */
const findCode = async (
  tx: Tx,
  { orderId, purpose, code, isUsed }: { orderId: string; purpose: CodePurpose; code: string; isUsed: boolean },
  { codes }: OrderDeps,
): Promise<Pick<OrderLookupRow, 'id'> | null> => {
  const used = isUsed ? sql`used_at IS NOT NULL` : sql`used_at IS NULL`
  const row = await tx.one<Pick<OrderLookupRow, 'id' | 'code_hmac'>>`SELECT id, code_hmac FROM order_lookup
    WHERE order_id = ${orderId} AND purpose = ${purpose} AND ${used} AND expires_at > ${tx.dbNow} ORDER BY created_at DESC LIMIT 1 FOR UPDATE`
  return row !== null && codes.matches(row.id, code, row.code_hmac) ? row : null
}

const forgetAttempts = async (tx: Tx, orderId: string): Promise<void> => {
  await tx.run`DELETE FROM order_lookup_budget WHERE order_id = ${orderId}`
}

/** Consumes the valid code. @throws AppError otp_invalid */
export const consumeCode = async (
  tx: Tx,
  orderId: string,
  purpose: CodePurpose,
  code: string,
  deps: OrderDeps,
): Promise<void> => {
  const live = await findCode(tx, { orderId, purpose, code, isUsed: false }, deps)
  if (live === null) throw new AppError('otp_invalid')
  await tx.run`UPDATE order_lookup SET used_at = ${tx.dbNow} WHERE id = ${live.id}`
  await forgetAttempts(tx, orderId)
}

/** Whether this code was consumed last and has not expired since: its caller has lost the answer and asks again. */
export const isRepeatedCode = async (
  tx: Tx,
  orderId: string,
  purpose: CodePurpose,
  code: string,
  deps: OrderDeps,
): Promise<boolean> => {
  const used = await findCode(tx, { orderId, purpose, code, isUsed: true }, deps)
  if (used !== null) await forgetAttempts(tx, orderId)
  return used !== null
}

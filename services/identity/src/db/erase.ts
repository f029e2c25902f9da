// Erases who an account belonged to. The row stays, so that ids keep their meaning; the address can register again.
import { list, type Tx } from '@cartwright/db'
import { recordErasure } from '@cartwright/messaging'
import type { Erase } from '@cartwright/service-kit'
import type { IdentityDeps } from '../deps.ts'

/** What hangs on closed accounts, whenever it was written. */
const eraseRows = async (tx: Tx, userIds: readonly string[]): Promise<void> => {
  const closed = await tx.rows<{
    id: string
  }>`SELECT id FROM user_account WHERE id IN (${list(userIds)}) AND closed_at IS NOT NULL FOR UPDATE`
  const ids = list(closed.map(({ id }) => id))
  await tx.run`UPDATE user_account SET email = NULL, kept_email = NULL, name = NULL, password_hash = NULL WHERE id IN (${ids})`
  await tx.run`DELETE FROM address WHERE user_id IN (${ids})`
  await tx.run`DELETE FROM one_time_code WHERE user_id IN (${ids})`
  await tx.run`DELETE FROM registration WHERE user_id IN (${ids})`
  await tx.run`DELETE FROM email_undo WHERE user_id IN (${ids})`
  await tx.run`DELETE FROM known_device WHERE user_id IN (${ids})`
  await tx.run`DELETE FROM refresh_token WHERE family_id IN (SELECT id FROM refresh_family WHERE user_id IN (${ids}))`
  await tx.run`DELETE FROM refresh_family WHERE user_id IN (${ids})`
}

/** Erases an account that this transaction has closed, and what was begun under its address. @param email what it was */
export const eraseAccount = async (tx: Tx, userId: string, email: string | null): Promise<void> => {
  await recordErasure(tx, userId)
  await tx.run`DELETE FROM registration WHERE email = ${email}`
  await tx.run`DELETE FROM one_time_code WHERE email = ${email}`
  await eraseRows(tx, [userId])
}

/** What raced with the end of an account. */
export const eraseUsers: Erase<IdentityDeps> = (tx, subjectIds) => eraseRows(tx, subjectIds)

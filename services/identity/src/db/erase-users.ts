// Erasure of closed accounts: empties their rows and deletes every row that refers to them.
import { list, type Tx } from '@cartwright/db'
import type { UserAccountRow } from './generated/rows.ts'

/** Erases the closed accounts among `userIds`; open ones stay unchanged. */
export const eraseClosedUsers = async (tx: Tx, userIds: readonly string[]): Promise<void> => {
  const closed = await tx.rows<Pick<UserAccountRow, 'id'>>`SELECT id
    FROM user_account
    WHERE id IN (${list(userIds)}) AND closed_at IS NOT NULL
    FOR UPDATE`
  const ids = list(closed.map(({ id }) => id))
  await tx.run`UPDATE user_account
    SET email = NULL, kept_email = NULL, name = NULL, password_hash = NULL
    WHERE id IN (${ids})`
  await tx.run`DELETE FROM address WHERE user_id IN (${ids})`
  await tx.run`DELETE FROM one_time_code WHERE user_id IN (${ids})`
  await tx.run`DELETE FROM registration WHERE user_id IN (${ids})`
  await tx.run`DELETE FROM email_undo WHERE user_id IN (${ids})`
  await tx.run`DELETE FROM known_device WHERE user_id IN (${ids})`
  await tx.run`DELETE FROM refresh_token
    WHERE family_id IN (SELECT id FROM refresh_family WHERE user_id IN (${ids}))`
  await tx.run`DELETE FROM refresh_family WHERE user_id IN (${ids})`
}

/** Deletes registrations and codes of an address. */
export const deletePendingByEmail = async (tx: Tx, email: string | null): Promise<void> => {
  await tx.run`DELETE FROM registration WHERE email = ${email}`
  await tx.run`DELETE FROM one_time_code WHERE email = ${email}`
}

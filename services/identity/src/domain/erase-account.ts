// Account erasure: removes personal data and keeps the row, so that ids stay valid and the address can register again.
import type { Tx } from '@cartwright/db'
import { recordErasure } from '@cartwright/messaging'
import type { Erase } from '@cartwright/service-kit'
import { deletePendingByEmail, eraseClosedUsers } from '../db/erase-users.ts'
import type { IdentityDeps } from '../deps.ts'

/** Erases an account that this transaction has closed. @param email the address that the account had */
export const eraseAccount = async (tx: Tx, userId: string, email: string | null): Promise<void> => {
  await recordErasure(tx, userId)
  await deletePendingByEmail(tx, email)
  await eraseClosedUsers(tx, [userId])
}

/** Erases again rows that were written while the account was being closed. */
export const eraseUsers: Erase<IdentityDeps> = ({ tx, subjectIds }) => eraseClosedUsers(tx, subjectIds)

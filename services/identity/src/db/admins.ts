// Locks accounts together with every active admin, so that writes of admins cannot pass each other.
import { list, type Tx } from '@cartwright/db'
import type { UserRow } from './users.ts'

export interface LockedAccounts {
  /** Open accounts by id; closed ones are absent. */
  users: ReadonlyMap<string, UserRow>
  /** Ids of admins who may act: not blocked, not closed. */
  activeAdmins: ReadonlySet<string>
}

/**
 * Locks the rows of `ids` and of all active admins in the order of their ids, so that two callers cannot wait for each other. What
 * is decided on them holds until the transaction ends: two admins who demote each other at once come one after the other.
 */
export const lockWithAdmins = async (tx: Tx, ids: readonly string[]): Promise<LockedAccounts> => {
  const admins = await tx.rows<{
    id: string
  }>`SELECT id FROM user_account WHERE role = 'admin' AND closed_at IS NULL AND blocked_at IS NULL`
  const wanted = [...new Set([...ids, ...admins.map(({ id }) => id)])].sort()
  const rows =
    await tx.rows<UserRow>`SELECT id, role, email, name, locale, password_hash, verified_at, blocked_at, created_at FROM user_account
      WHERE id IN (${list(wanted)}) AND closed_at IS NULL ORDER BY id FOR UPDATE`
  return {
    users: new Map(rows.map((row) => [row.id, row])),
    activeAdmins: new Set(rows.filter((row) => row.role === 'admin' && row.blocked_at === null).map(({ id }) => id)),
  }
}

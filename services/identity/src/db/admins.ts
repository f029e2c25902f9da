// Rows of admins: locks accounts together with every active admin, so that concurrent admin changes run one after the other.
import { list, type Tx } from '@cartwright/db'
import type { UserAccountRow } from './generated/rows.ts'

type Account = Pick<UserAccountRow, 'id' | 'role' | 'email' | 'password_hash' | 'blocked_at'>

export interface LockedAccounts {
  /** Open accounts by id; closed ones are absent. */
  users: ReadonlyMap<string, Account>
  /** Ids of admins who are neither blocked nor closed. */
  activeAdmins: ReadonlySet<string>
}

/**
 * Locks the rows of `ids` and of all active admins in the order of their ids, so that two callers do not deadlock. A decision on
 * them holds until the transaction ends: of two admins who demote each other, the second sees the first one's change.
 */
export const lockWithAdmins = async (tx: Tx, ids: readonly string[]): Promise<LockedAccounts> => {
  const admins = await tx.rows<Pick<UserAccountRow, 'id'>>`SELECT id
    FROM user_account
    WHERE role = 'admin' AND closed_at IS NULL AND blocked_at IS NULL`
  const lockedIds = [...new Set([...ids, ...admins.map(({ id }) => id)])].sort()
  const rows = await tx.rows<Account>`SELECT id, role, email, password_hash, blocked_at
    FROM user_account
    WHERE id IN (${list(lockedIds)}) AND closed_at IS NULL
    ORDER BY id
    FOR UPDATE`
  return {
    users: new Map(rows.map((row) => [row.id, row])),
    activeAdmins: new Set(rows.filter((row) => row.role === 'admin' && row.blocked_at === null).map(({ id }) => id)),
  }
}

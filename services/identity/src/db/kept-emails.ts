// Brings addresses of an older shop into their normal form. Nothing is merged: where another account has it, or there is none, the row stays.
import { normalizers } from '@cartwright/contracts'
import { ConflictError, type Database } from '@cartwright/db'
import type { Logger } from '@cartwright/service-kit'

interface Kept {
  id: string
  kept_email: string
}

const batch = 500

const normalizeOne = async (db: Database, { id, kept_email: kept }: Kept): Promise<boolean> => {
  const email = normalizers.email.normalize(kept)
  if (email === null) return false
  try {
    await db.run`UPDATE user_account SET email = ${email}, kept_email = NULL WHERE id = ${id} AND kept_email = ${kept}`
    return true
  } catch (error) {
    if (error instanceof ConflictError) return false
    throw error
  }
}

/** Oldest first, at each start; after the first one there are only those that stay. */
export const normalizeKeptEmails = async ({ db, log }: { db: Database; log: Logger }): Promise<void> => {
  let after = ''
  let left = 0
  for (;;) {
    const rows = await db.rows<Kept>`SELECT id, kept_email FROM user_account
      WHERE kept_email IS NOT NULL AND id > ${after} ORDER BY id LIMIT ${batch}`
    for (const row of rows) if (!(await normalizeOne(db, row))) left += 1
    after = rows.at(-1)?.id ?? ''
    if (rows.length < batch) break
  }
  if (left > 0)
    log.warn(
      { accounts: left },
      'identity: accounts have an address without a normal form, or one that another account has; see ops doctor',
    )
}

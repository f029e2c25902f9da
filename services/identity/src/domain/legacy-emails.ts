// Normalises addresses that an older release stored. An address without a normal form, or one of another account, stays as it is.
import { normalizers } from '@cartwright/contracts'
import { ConflictError, type Database } from '@cartwright/db'
import type { Logger } from '@cartwright/telemetry'
import type { UserAccountRow } from '../db/generated/rows.ts'

/** An account whose address is not normalised yet. */
type LegacyAccount = Pick<UserAccountRow, 'id'> & { readonly kept_email: string }

const batchSize = 500

const normalizeOne = async (db: Database, { id, kept_email: stored }: LegacyAccount): Promise<boolean> => {
  const email = normalizers.email.normalize(stored)
  if (email === null) return false
  try {
    await db.run`UPDATE user_account
      SET email = ${email}, kept_email = NULL
      WHERE id = ${id} AND kept_email = ${stored}`
    return true
  } catch (error) {
    if (error instanceof ConflictError) return false
    throw error
  }
}

/** Normalises all addresses, in batches by id. Runs at each start; after the first one only the rejected addresses are left. */
export const normalizeLegacyEmails = async ({ db, log }: { db: Database; log: Logger }): Promise<void> => {
  let after = ''
  let rejected = 0
  for (;;) {
    const rows = await db.rows<LegacyAccount>`SELECT id, kept_email
      FROM user_account
      WHERE kept_email IS NOT NULL AND id > ${after}
      ORDER BY id
      LIMIT ${batchSize}`
    for (const row of rows) if (!(await normalizeOne(db, row))) rejected += 1
    after = rows.at(-1)?.id ?? ''
    if (rows.length < batchSize) break
  }
  if (rejected > 0)
    log.warn(
      { accounts: rejected },
      'identity: accounts have an address without a normal form, or with one that another account has; run ops doctor',
    )
}

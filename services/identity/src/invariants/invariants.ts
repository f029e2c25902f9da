// Invariants of identity: one key signs tokens, or two during a rotation; every address has a normal form that one account has.
import { invariant } from '../deps.ts'

interface KeyCounts {
  signing: number
  coming: number
}

/** Finds a problem with the keys; null when one signs, or two during a rotation. */
export const findKeyProblem = ({ signing, coming }: KeyCounts): string | null => {
  if (signing === 0) return coming === 0 ? 'no key signs' : 'no key signs, and the next one is not due'
  return signing > 2 ? `${signing} keys sign` : null
}

export const oneKeySigns = invariant({
  name: 'K1-one-key-signs',
  sentence: 'one key signs tokens, or two while they change',
  find: async ({ deps: { db } }) => {
    const row =
      await db.one<KeyCounts>`SELECT COALESCE(SUM(active_from <= ${db.dbNow} AND retired_at > ${db.dbNow}), 0) AS signing,
        COALESCE(SUM(active_from > ${db.dbNow}), 0) AS coming
      FROM signing_key`
    const problem = findKeyProblem(row ?? { signing: 0, coming: 0 })
    return problem === null ? [] : [{ id: problem, description: problem }]
  },
})

/** Finds accounts that an older release stored with such an address. `ops doctor` lists them until the owner or an operator acts. */
export const addressesAreReachable = invariant({
  name: 'A1-one-address-one-account',
  sentence: 'every address has a normal form, in which it belongs to one account',
  find: async ({ deps: { db } }) => {
    const rows = await db.rows<{ id: string }>`SELECT id
      FROM user_account
      WHERE kept_email IS NOT NULL
      ORDER BY id
      LIMIT 100`
    return rows.map(({ id }) => ({
      id,
      description: 'the address has no normal form, or another account has it: see GET /v1/admin/users?unreachable=true',
    }))
  },
})

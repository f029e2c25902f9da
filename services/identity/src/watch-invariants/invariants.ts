// Identity's invariants: tokens can be signed now, and nobody can sign for longer than a rotation takes with the key before; every account
// has an address that it alone is found by.
import { invariant } from '@cartwright/messaging'
import type { IdentityDeps } from '../deps.ts'

interface Keys {
  signing: number
  coming: number
}

/** What is wrong with the keys; null when one signs, or two while they change. */
export const keyTrouble = ({ signing, coming }: Keys): string | null => {
  if (signing === 0) return coming === 0 ? 'no key signs' : 'no key signs, and the next one is not due'
  return signing > 2 ? `${signing} keys sign` : null
}

export const oneKeySigns = invariant<IdentityDeps>({
  name: 'K1-one-key-signs',
  sentence: 'one key signs tokens, or two while they change',
  find: async ({ db }) => {
    const row = await db.one<Keys>`SELECT COALESCE(SUM(active_from <= ${db.dbNow} AND retired_at > ${db.dbNow}), 0) AS signing,
      COALESCE(SUM(active_from > ${db.dbNow}), 0) AS coming FROM signing_key`
    const trouble = keyTrouble(row ?? { signing: 0, coming: 0 })
    return trouble === null ? [] : [{ id: trouble, account: trouble }]
  },
})

/** Accounts of a shop that is older than the one spelling of addresses: `ops doctor` names them until their owner or an operator acts. */
export const addressesAreReachable = invariant<IdentityDeps>({
  name: 'A1-one-address-one-account',
  sentence: 'every address has a normal form, in which it belongs to one account',
  find: async ({ db }) => {
    const rows = await db.rows<{ id: string }>`SELECT id FROM user_account WHERE kept_email IS NOT NULL ORDER BY id LIMIT 100`
    return rows.map(({ id }) => ({
      id,
      account: 'the address has no normal form, or another account has it: see GET /v1/admin/users?unreachable=true',
    }))
  },
})

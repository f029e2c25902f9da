// Identity's invariant: tokens can be signed now, and nobody can sign for longer than a rotation takes with the key before.
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

// Forgets the carts of an account that is closed; no cart is opened for it any more.
import { identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { on, recordErasure } from '@cartwright/messaging'
import type { Erase } from '@cartwright/service-kit'
import { deleteCarts } from '../db/carts.ts'
import type { CartDeps } from '../deps.ts'

const forget = async (tx: Tx, principalId: string, deps: CartDeps): Promise<void> => {
  const version = await deleteCarts(tx, principalId)
  tx.afterCommit(() => void deps.cache.putClosed(principalId, version))
}

/** A cart that was opened while its account was being closed goes as well. */
export const eraseShopper: Erase<CartDeps> = async (tx, subjectIds, deps) => {
  for (const id of subjectIds) await forget(tx, id, deps)
}

export const onAccountClosed = on(identityEvents.accountClosed, async (tx, { data }, deps: CartDeps) => {
  await recordErasure(tx, data.userId)
  await forget(tx, data.userId, deps)
})

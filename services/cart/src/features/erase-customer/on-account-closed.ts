// Deletes the carts of a closed account. No cart is opened for it after that.
import { identityEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { recordErasure } from '@cartwright/messaging'
import type { Erase } from '@cartwright/service-kit'
import { deleteCarts } from '../../db/carts.ts'
import { type CartDeps, on } from '../../deps.ts'

const eraseCarts = async (tx: Tx, principalId: string, deps: CartDeps): Promise<void> => {
  const version = await deleteCarts(tx, principalId)
  tx.afterCommit(() => void deps.cache.putClosed(principalId, version))
}

/** Also deletes a cart that was opened while the account was being closed. */
export const eraseShopper: Erase<CartDeps> = async ({ tx, subjectIds, deps }) => {
  for (const id of subjectIds) await eraseCarts(tx, id, deps)
}

export const onAccountClosed = on(identityEvents.accountClosed, async ({ tx, message: { data }, deps }) => {
  await recordErasure(tx, data.userId)
  await eraseCarts(tx, data.userId, deps)
})

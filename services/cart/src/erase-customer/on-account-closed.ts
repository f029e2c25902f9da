// Forgets the carts of an account that is closed.
import { identityEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import { deleteCarts } from '../db/carts.ts'
import type { CartDeps } from '../deps.ts'

export const onAccountClosed = on(identityEvents.accountClosed, async (tx, { data }, deps: CartDeps) => {
  const version = await deleteCarts(tx, data.userId)
  tx.afterCommit(() => void deps.cache.putClosed(data.userId, version))
})

// A closed account: its orders are to be erased, those that have ended at once, the others when they end.
import { identityEvents } from '@cartwright/contracts'
import { ensureDue, on, recordErasure } from '@cartwright/messaging'
import type { OrderDeps } from '../deps.ts'
import { eraseKind, markForErasure } from './erase.ts'

export const onAccountClosed = on(identityEvents.accountClosed, async (tx, { data }, _: OrderDeps) => {
  await recordErasure(tx, data.userId)
  await markForErasure(tx, [data.userId])
  await ensureDue(tx, eraseKind, 'ended', {})
})

// Consumer of `identity.account-closed`: marks the orders of the account for erasure; finished ones are erased at once.
import { identityEvents } from '@cartwright/contracts'
import { enqueueUnlessPending, recordErasure } from '@cartwright/messaging'
import { on } from '../../deps.ts'
import { eraseKind, markForErasure } from './erase.ts'

export const onAccountClosed = on(identityEvents.accountClosed, async ({ tx, message: { data } }) => {
  await recordErasure(tx, data.userId)
  await markForErasure(tx, [data.userId])
  await enqueueUnlessPending(tx, eraseKind, 'ended', {})
})

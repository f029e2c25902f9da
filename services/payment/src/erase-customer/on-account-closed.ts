// A closed account: payment forgets its address.
import { identityEvents } from '@cartwright/contracts'
import { on, recordErasure } from '@cartwright/messaging'
import type { PaymentDeps } from '../deps.ts'
import { erasePayer } from './erase.ts'

export const onAccountClosed = on(identityEvents.accountClosed, async (tx, { data }, deps: PaymentDeps) => {
  await recordErasure(tx, data.userId)
  await erasePayer(tx, [data.userId], deps)
})

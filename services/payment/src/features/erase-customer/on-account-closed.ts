// Event handler that erases the recipient of a closed account's payments.
import { identityEvents } from '@cartwright/contracts'
import { recordErasure } from '@cartwright/messaging'
import { on } from '../../deps.ts'
import { erasePayer } from './erase.ts'

export const onAccountClosed = on(identityEvents.accountClosed, async ({ tx, message: { data }, deps }) => {
  await recordErasure(tx, data.userId)
  await erasePayer({ tx, subjectIds: [data.userId], deps })
})

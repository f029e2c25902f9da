// An account moved to another address: both hear of it, so that a stranger's change does not go unnoticed.
import { identityEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail } from '../message.ts'

export const onEmailChanged = on(identityEvents.emailChanged, async (tx, cause, deps: NotificationDeps) => {
  const { recipient, previousRecipient, locale, userId, at, sealedUndoToken, undoUntil } = cause.data
  const common = { cause, template: 'email-changed' as const, locale, userId }
  await askForMail(tx, { ...common, content: { at, reader: 'new' }, to: recipient }, deps)
  // Only the old mailbox gets the way back; of a change that was undone there is none.
  const code = sealedUndoToken && undoUntil ? { code: { sealedCode: sealedUndoToken, expiresAt: undoUntil } } : {}
  await askForMail(tx, { ...common, content: { at, reader: 'previous' }, to: previousRecipient, ...code }, deps)
})

// Event handler: an account changed its address. It writes to both addresses, so that the owner notices a stranger's change.
import { identityEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { queueEmail } from '../../domain/message.ts'

export const onEmailChanged = on(identityEvents.emailChanged, async ({ tx, message: cause, deps }) => {
  const { recipient, previousRecipient, locale, userId, at, sealedUndoToken, undoUntil } = cause.data
  const common = { cause, template: 'email-changed' as const, locale, userId }
  await queueEmail(tx, { ...common, content: { at, reader: 'new' }, to: recipient }, deps)
  // Only the previous address gets the undo link. The event of an undone change carries no token.
  const code = sealedUndoToken && undoUntil ? { code: { sealedCode: sealedUndoToken, expiresAt: undoUntil } } : {}
  await queueEmail(tx, { ...common, content: { at, reader: 'previous' }, to: previousRecipient, ...code }, deps)
})

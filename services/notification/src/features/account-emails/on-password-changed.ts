// Event handler: a password was changed or reset. It writes to the owner of the account.
import { identityEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { queueEmail } from '../../domain/message.ts'

export const onPasswordChanged = on(identityEvents.passwordChanged, async ({ tx, message: cause, deps }) => {
  const { recipient, locale, userId, at } = cause.data
  await queueEmail(tx, { cause, template: 'password-changed', content: { at }, to: recipient, locale, userId }, deps)
})

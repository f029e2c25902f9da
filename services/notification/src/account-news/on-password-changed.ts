// A password was changed or reset: its owner hears of it.
import { identityEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail } from '../message.ts'

export const onPasswordChanged = on(identityEvents.passwordChanged, async (tx, cause, deps: NotificationDeps) => {
  const { recipient, locale, userId, at } = cause.data
  await askForMail(tx, { cause, template: 'password-changed', content: { at }, to: recipient, locale, userId }, deps)
})

// A customer has proven their address: a welcome.
import { identityEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail } from '../message.ts'

export const onCustomerVerified = on(identityEvents.customerVerified, async (tx, cause, deps: NotificationDeps) => {
  const { recipient, locale, userId } = cause.data
  await askForMail(tx, { cause, template: 'welcome', content: {}, to: recipient, locale, userId }, deps)
})

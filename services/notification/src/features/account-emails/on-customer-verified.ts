// Event handler: a customer has verified the address. It sends a welcome.
import { identityEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { queueEmail } from '../../domain/message.ts'

export const onCustomerVerified = on(identityEvents.customerVerified, async ({ tx, message: cause, deps }) => {
  const { recipient, locale, userId } = cause.data
  await queueEmail(tx, { cause, template: 'welcome', content: {}, to: recipient, locale, userId }, deps)
})

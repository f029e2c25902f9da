// Event handler: a customer has withdrawn from a contract. It mails the receipt.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { ofOwner, queueEmail } from '../../domain/message.ts'

export const onWithdrawn = on(orderEvents.withdrawn, async ({ tx, message: cause, deps }) => {
  const { orderId, number, recipient, locale, principalId, receipt } = cause.data
  const mail = { cause, to: recipient, locale, ...ofOwner(principalId), order: { orderId, number } }
  await queueEmail(tx, { ...mail, template: 'withdrawal-receipt', content: { number, receipt } }, deps)
})

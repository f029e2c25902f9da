// Event handler: a guest wants to see an order. It mails the code to the address of the order.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { queueEmail } from '../../domain/message.ts'
import { minutesOf } from './minutes.ts'

export const onLookupRequested = on(orderEvents.lookupRequested, async ({ tx, message: cause, deps }) => {
  const { orderId, number, principalId, recipient, locale, sealedCode, expiresAt } = cause.data
  const content = { number, minutes: minutesOf(cause.at, expiresAt) }
  await queueEmail(
    tx,
    {
      cause,
      template: 'order-lookup',
      content,
      to: recipient,
      locale,
      userId: principalId,
      order: { orderId, number },
      code: { sealedCode, expiresAt },
    },
    deps,
  )
})

// Event handler: an order was delivered. It writes to the customer.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { ofOwner, queueEmail } from '../../domain/message.ts'

export const onDelivered = on(orderEvents.delivered, async ({ tx, message: cause, deps }) => {
  const { orderId, number, recipient, locale, principalId, at } = cause.data
  await queueEmail(
    tx,
    {
      cause,
      template: 'order-delivered',
      content: { number, at },
      to: recipient,
      locale,
      ...ofOwner(principalId),
      order: { orderId, number },
    },
    deps,
  )
})

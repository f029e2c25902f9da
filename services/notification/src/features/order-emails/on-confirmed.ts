// Event handler: an order is paid and its stock is committed. It sends the order confirmation.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { ofOwner, queueEmail } from '../../domain/message.ts'

export const onConfirmed = on(orderEvents.confirmed, async ({ tx, message: cause, deps }) => {
  const { orderId, number, recipient, locale, principalId, ...goods } = cause.data
  await queueEmail(
    tx,
    {
      cause,
      template: 'order-confirmed',
      content: { number, ...goods },
      to: recipient,
      locale,
      ...ofOwner(principalId),
      order: { orderId, number },
    },
    deps,
  )
})

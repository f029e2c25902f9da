// Event handler: an order was cancelled. It writes to the customer why, and what happens to the money and the cart.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { queueEmail } from '../../domain/message.ts'

export const onCancelled = on(orderEvents.cancelled, async ({ tx, message: cause, deps }) => {
  const { orderId, number, recipient, locale, principal, principalId: _, cartId: __, currency: ___, ...content } = cause.data
  await queueEmail(
    tx,
    {
      cause,
      template: 'order-cancelled',
      content: { number, ...content },
      to: recipient,
      locale,
      userId: principal.id,
      order: { orderId, number },
    },
    deps,
  )
})

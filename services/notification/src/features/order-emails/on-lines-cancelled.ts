// Event handler: units were cancelled before they were shipped, and the order goes on. It writes to the customer.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { ofOwner, queueEmail } from '../../domain/message.ts'

export const onLinesCancelled = on(orderEvents.linesCancelled, async ({ tx, message: cause, deps }) => {
  const { orderId, number, recipient, locale, principalId, lines, refund } = cause.data
  await queueEmail(
    tx,
    {
      cause,
      template: 'order-lines-cancelled',
      content: { number, lines, refund },
      to: recipient,
      locale,
      ...ofOwner(principalId),
      order: { orderId, number },
    },
    deps,
  )
})

// An order has arrived.
import { orderEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail, ofOwner } from '../message.ts'

export const onDelivered = on(orderEvents.delivered, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, recipient, locale, principalId, at } = cause.data
  await askForMail(
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

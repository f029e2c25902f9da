// A parcel is on its way; each shipment of an order is an event and a mail of its own.
import { orderEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail, ofOwner } from '../message.ts'

export const onShipped = on(orderEvents.shipped, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, recipient, locale, principalId, carrier, trackingNumber, lines } = cause.data
  await askForMail(
    tx,
    {
      cause,
      template: 'order-shipped',
      content: { number, carrier, trackingNumber, lines },
      to: recipient,
      locale,
      ...ofOwner(principalId),
      order: { orderId, number },
    },
    deps,
  )
})

// Event handler: a parcel was shipped. It writes to the customer; each shipment of an order has its own event and mail.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { ofOwner, queueEmail } from '../../domain/message.ts'

export const onShipped = on(orderEvents.shipped, async ({ tx, message: cause, deps }) => {
  const { orderId, number, recipient, locale, principalId, shipmentId: _, ...parcel } = cause.data
  await queueEmail(
    tx,
    {
      cause,
      template: 'order-shipped',
      content: { number, ...parcel },
      to: recipient,
      locale,
      ...ofOwner(principalId),
      order: { orderId, number },
    },
    deps,
  )
})

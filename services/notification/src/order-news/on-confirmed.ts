// An order is paid and its goods are set aside.
import { orderEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail, ofOwner } from '../message.ts'

export const onConfirmed = on(orderEvents.confirmed, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, recipient, locale, principalId, lines, totals } = cause.data
  await askForMail(
    tx,
    {
      cause,
      template: 'order-confirmed',
      content: { orderId, number, lines, totals },
      to: recipient,
      locale,
      ...ofOwner(principalId),
      order: { orderId, number },
    },
    deps,
  )
})

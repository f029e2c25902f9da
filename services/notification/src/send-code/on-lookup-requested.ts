// A guest wants to see an order: the code goes to the address that the order was placed with.
import { orderEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail } from '../message.ts'
import { minutesOf } from './minutes.ts'

export const onLookupRequested = on(orderEvents.lookupRequested, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, principalId, recipient, locale, sealedCode, expiresAt } = cause.data
  const content = { number, minutes: minutesOf(cause.at, expiresAt) }
  await askForMail(
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

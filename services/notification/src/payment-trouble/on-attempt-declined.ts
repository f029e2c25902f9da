// A card was declined: the shopper gets the way back to the payment page, operators hear of it in a grouped mail.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail, ofOwner } from '../message.ts'
import { reportTrouble } from './collect-alerts.ts'

export const onAttemptDeclined = on(paymentEvents.attemptDeclined, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, recipient, locale, principalId, amount, declineCode, payUrl } = cause.data
  await askForMail(
    tx,
    {
      cause,
      template: 'payment-declined',
      content: { orderId, number, amount, declineCode, payUrl },
      to: recipient,
      locale,
      ...ofOwner(principalId),
      order: { orderId, number },
    },
    deps,
  )
  reportTrouble(tx, { kind: 'declined', orderId, number, amount, reason: declineCode, at: cause.at.toISOString() }, deps)
})

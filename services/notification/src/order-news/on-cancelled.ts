// An order does not go on: why, and what becomes of money and cart.
import { orderEvents } from '@cartwright/contracts'
import { on } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { askForMail } from '../message.ts'

export const onCancelled = on(orderEvents.cancelled, async (tx, cause, deps: NotificationDeps) => {
  const { orderId, number, recipient, locale, principal, reason, paid, lines, totals } = cause.data
  const content = { orderId, number, reason, paid, lines, totals }
  await askForMail(
    tx,
    { cause, template: 'order-cancelled', content, to: recipient, locale, userId: principal.id, order: { orderId, number } },
    deps,
  )
})

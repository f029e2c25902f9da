// Event handlers of returns. They write to the customer.
import { type DataOf, orderEvents } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import { type NotificationDeps, on } from '../../deps.ts'
import { ofOwner, queueEmail } from '../../domain/message.ts'

interface Context {
  tx: Tx
  message: { id: string; type: string; data: DataOf<typeof orderEvents.returnRequested> }
  deps: NotificationDeps
}

/** What every mail about a return has beside its template. */
const aboutReturn = ({ message: cause }: Context) => {
  const { orderId, number, recipient, locale, principalId, lines } = cause.data
  return { cause, content: { number, lines }, to: recipient, locale, ...ofOwner(principalId), order: { orderId, number } }
}

export const onReturnRequested = on(orderEvents.returnRequested, (context) =>
  queueEmail(context.tx, { ...aboutReturn(context), template: 'return-requested' }, context.deps),
)

export const onReturnApproved = on(orderEvents.returnApproved, (context) =>
  queueEmail(context.tx, { ...aboutReturn(context), template: 'return-approved' }, context.deps),
)

export const onReturnRejected = on(orderEvents.returnRejected, (context) => {
  const about = aboutReturn(context)
  const content = { ...about.content, reason: context.message.data.reason }
  return queueEmail(context.tx, { ...about, content, template: 'return-rejected' }, context.deps)
})

export const onReturnReceived = on(orderEvents.returnReceived, (context) =>
  queueEmail(context.tx, { ...aboutReturn(context), template: 'return-received' }, context.deps),
)

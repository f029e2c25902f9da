// Event handler: a code for a withdrawal was requested. It mails the code to the address of the order.
import { orderEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { queueEmail } from '../../domain/message.ts'
import { minutesOf } from './minutes.ts'

export const onWithdrawalRequested = on(orderEvents.withdrawalRequested, async ({ tx, message: cause, deps }) => {
  const { orderId, number, principalId, recipient, locale, sealedCode, expiresAt } = cause.data
  await queueEmail(
    tx,
    {
      cause,
      template: 'withdrawal-code',
      content: { number, minutes: minutesOf(cause.at, expiresAt) },
      to: recipient,
      locale,
      userId: principalId,
      order: { orderId, number },
      code: { sealedCode, expiresAt },
    },
    deps,
  )
})

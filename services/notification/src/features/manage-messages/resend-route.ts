// Route that sends a mail again, with a new Message-ID, so that no mail program hides it as a duplicate. Used codes are refused.
import { AppError, notificationApi } from '@cartwright/contracts'
import { enqueue } from '@cartwright/messaging'
import { audit } from '@cartwright/service-kit'
import { lockMessage, type MessageRow } from '../../db/messages.ts'
import { route } from '../../deps.ts'
import { type Delivery, deliverKey, deliverKind } from '../../domain/message.ts'
import { viewRow } from './view.ts'

const assertSendable = (row: MessageRow, now: Date): void => {
  if (row.state === 'erased' || row.recipient === null)
    throw new AppError('conflict', { detail: 'the account of this mail has been closed, and its content is erased' })
  const codeIsGone = row.expires_at !== null && (row.sealed_code === null || row.expires_at <= now)
  if (codeIsGone)
    throw new AppError('conflict', { detail: 'the code of this mail is used or has expired; the customer can request a new one' })
}

export const adminResendMessage = route(notificationApi.adminResendMessage, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const row = await lockMessage(tx, request.params.messageId)
    if (row === null) throw new AppError('not_found')
    if (row.state !== 'pending') {
      assertSendable(row, deps.clock.now())
      const delivery: Delivery = { messageId: row.id, resends: row.resends + 1 }
      await tx.run`
        UPDATE message
        SET state = 'pending', failure = NULL, resends = ${delivery.resends}, updated_at = ${tx.dbNow}
        WHERE id = ${row.id}`
      await enqueue(tx, deliverKind, deliverKey(delivery), delivery)
      await audit(tx, {
        actor: request.principal.id,
        action: 'message.resend',
        target: row.id,
        before: { state: row.state },
        after: { state: 'pending', resends: delivery.resends },
      })
    }
    return viewRow(tx, (await lockMessage(tx, row.id)) ?? row)
  }),
)

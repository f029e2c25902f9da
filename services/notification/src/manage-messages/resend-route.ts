// An operator has a mail sent again, with a Message-ID of its own so that no mail program hides it. A used-up code cannot come back.
import { AppError, notificationApi } from '@cartwright/contracts'
import { enqueue } from '@cartwright/messaging'
import { audit, route } from '@cartwright/service-kit'
import { lockMessage, type MessageRow } from '../db/messages.ts'
import type { NotificationDeps } from '../deps.ts'
import { type Delivery, deliverKey, deliverKind } from '../message.ts'
import { viewRow } from './view.ts'

const assertSendable = (row: MessageRow, now: Date): void => {
  if (row.state === 'erased' || row.recipient === null) throw new AppError('conflict', 'the account it was for has been closed')
  const codeIsGone = row.expires_at !== null && (row.sealed_code === null || row.expires_at <= now)
  if (codeIsGone) throw new AppError('conflict', 'its code is used up or has expired; the customer can ask for a new one')
}

export const adminResendMessage = route(notificationApi.adminResendMessage, (req, deps: NotificationDeps) =>
  req.once(async (tx) => {
    const row = await lockMessage(tx, req.params.messageId)
    if (row === null) throw new AppError('not_found')
    if (row.state !== 'pending') {
      assertSendable(row, deps.clock.now())
      const delivery: Delivery = { messageId: row.id, resends: row.resends + 1 }
      await tx.run`UPDATE message SET state = 'pending', failure = NULL, resends = ${delivery.resends}, updated_at = ${tx.dbNow} WHERE id = ${row.id}`
      await enqueue(tx, deliverKind, deliverKey(delivery), delivery)
      await audit(tx, {
        actor: req.principal.id,
        action: 'message.resend',
        target: row.id,
        before: { state: row.state },
        after: { state: 'pending', resends: delivery.resends },
      })
    }
    return viewRow(tx, (await lockMessage(tx, row.id)) ?? row)
  }),
)

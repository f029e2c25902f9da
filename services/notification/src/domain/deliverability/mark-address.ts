// Applies events of mail providers: each once, and only when it is about a mail of the shop that still has its recipient.
import { createHash } from 'node:crypto'
import type { Tx } from '@cartwright/db'
import { lockMessage } from '../../db/messages.ts'
import { insertMark, insertReceipt, lockMark, updateMark } from '../../db/undeliverable.ts'
import type { NotificationDeps } from '../../deps.ts'
import { type DeliveryEvent, nextMark } from './decide.ts'

const hashOf = (...parts: string[]): string => createHash('sha256').update(parts.join('\n')).digest('hex')

/** Takes an id of a provider once. @returns false when it was taken before */
export const takeOnce = (tx: Tx, provider: string, kind: 'event' | 'token', id: string): Promise<boolean> =>
  insertReceipt(tx, hashOf(provider, kind, id))

/** A mail that was sent stays sent; its row says what came back. */
const noteBounce = async (tx: Tx, messageId: string, { reason, detail }: DeliveryEvent): Promise<void> => {
  if (reason === 'bounce')
    await tx.run`
      UPDATE message
      SET failure = ${`bounced: ${detail ?? 'no reason given'}`}
      WHERE id = ${messageId} AND state = 'sent'`
}

/** Marks the address of a mail that bounced or was called spam. An erased mail has no address, so nothing personal comes back. */
export const markAddress = async (tx: Tx, event: DeliveryEvent, deps: NotificationDeps): Promise<void> => {
  if (!(await takeOnce(tx, event.provider, 'event', event.id))) return
  const message = await lockMessage(tx, event.mail.replace(/\..*$/, ''))
  if (message === null || message.recipient !== event.address) return
  await noteBounce(tx, message.id, event)
  const { provider, reason, address, detail, at } = event
  const cause = { provider, detail, message_id: message.id, user_id: message.user_id, order_id: message.order_id }
  const isNew = await insertMark(tx, { id: deps.newId('und'), address, reason, ...cause, marked_at: at, cleared_at: null })
  const known = isNew ? null : await lockMark(tx, 'address', address)
  const next = known === null ? null : nextMark(known, event)
  if (known !== null && next !== null) await updateMark(tx, { ...known, ...cause, ...next })
  if (isNew || next !== null)
    tx.afterCommit(() =>
      deps.log.info(
        { provider, reason, mail: message.id },
        'mails: an address is marked as undeliverable; operators may clear it',
      ),
    )
}

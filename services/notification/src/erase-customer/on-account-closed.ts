// An account was closed: mails to its owner are erased; what was still waiting is not sent.
import { identityEvents } from '@cartwright/contracts'
import { list, sql } from '@cartwright/db'
import { on, recordErasure } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { eraseMessages } from './erase.ts'

export const onAccountClosed = on(identityEvents.accountClosed, async (tx, { data: { userId } }, _: NotificationDeps) => {
  await recordErasure(tx, userId)
  const known = await tx.rows<{
    recipient: string
  }>`SELECT DISTINCT recipient FROM message WHERE user_id = ${userId} AND recipient IS NOT NULL`
  // Mails about orders of older versions know an address and no account; those of another account at the same address stay.
  const addressed = sql`user_id IS NULL AND recipient IN (${list(known.map(({ recipient }) => recipient))})`
  await eraseMessages(tx, sql`user_id = ${userId} OR (${addressed})`)
})

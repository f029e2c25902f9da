// Event handler: an account was closed. It erases the mails to its owner; pending ones are not sent.
import { identityEvents } from '@cartwright/contracts'
import { list, sql } from '@cartwright/db'
import { recordErasure } from '@cartwright/messaging'
import { deleteMarks } from '../../db/undeliverable.ts'
import { on } from '../../deps.ts'
import { eraseMessages } from './erase.ts'

export const onAccountClosed = on(
  identityEvents.accountClosed,
  async ({
    tx,
    message: {
      data: { userId },
    },
  }) => {
    await recordErasure(tx, userId)
    await deleteMarks(tx, sql`user_id = ${userId}`)
    const known = await tx.rows<{
      recipient: string
    }>`SELECT DISTINCT recipient FROM message WHERE user_id = ${userId} AND recipient IS NOT NULL`
    // Mails of older versions hold an address and no account. Mails of another account with the same address stay.
    const addressed = sql`user_id IS NULL AND recipient IN (${list(known.map(({ recipient }) => recipient))})`
    await eraseMessages(tx, sql`user_id = ${userId} OR (${addressed})`)
  },
)

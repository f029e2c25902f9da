// Event handler: an order of a closed account has ended. It erases the mails about that order.
import { orderEvents } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { recordErasure } from '@cartwright/messaging'
import { deleteMarks } from '../../db/undeliverable.ts'
import { on } from '../../deps.ts'
import { eraseMessages } from './erase.ts'

export const onPersonalDataErased = on(
  orderEvents.personalDataErased,
  async ({
    tx,
    message: {
      data: { orderId },
    },
  }) => {
    await recordErasure(tx, orderId)
    await deleteMarks(tx, sql`order_id = ${orderId}`)
    await eraseMessages(tx, sql`order_id = ${orderId}`)
  },
)

// An order of a closed account has ended: the mails about it are erased.
import { orderEvents } from '@cartwright/contracts'
import { sql } from '@cartwright/db'
import { on, recordErasure } from '@cartwright/messaging'
import type { NotificationDeps } from '../deps.ts'
import { eraseMessages } from './erase.ts'

export const onPersonalDataErased = on(orderEvents.personalDataErased, async (tx, { data: { orderId } }, _: NotificationDeps) => {
  await recordErasure(tx, orderId)
  await eraseMessages(tx, sql`order_id = ${orderId}`)
})

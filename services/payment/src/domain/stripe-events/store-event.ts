// Event store: inserts a Stripe event and its processing job in one transaction, once per event id.
import { insertIgnoreInto, sql, type Tx } from '@cartwright/db'
import { enqueue, isErased } from '@cartwright/messaging'
import { stripeEventTable } from '../../db/generated/rows.ts'
import { partsOf } from './hints.ts'
import { orderIdOf, type StripeSubject, subjectOf } from './subject.ts'

/** Job that processes one event. It holds a reference to the object; the job fetches the object itself from Stripe. */
export interface StripeEventJob {
  eventId: string
  type: string
  subject: StripeSubject
}

interface Incoming {
  id: string
  type: string
  data?: { object?: object }
}

/** @param payload the raw event; not stored for an order whose customer is erased @returns whether the event is new */
export const storeEvent = async (tx: Tx, { id, type, data }: Incoming, payload: string): Promise<boolean> => {
  const subject = subjectOf(data?.object)
  const orderId = orderIdOf(subject)
  const storedPayload = sql`IF(${isErased(orderId)}, '{}', ${payload})`
  // Both statements are sent at once: the job's key is the event's id, so it exists exactly when the event does.
  const [stored] = await Promise.all([
    tx.run`${insertIgnoreInto(stripeEventTable, { id, type, payload: storedPayload, order_id: orderId, received_at: tx.dbNow })}`,
    partsOf(type) === null ? false : enqueue<StripeEventJob>(tx, 'process-stripe-event', id, { eventId: id, type, subject }),
  ])
  return stored.affectedRows === 1
}

// Keeps an event and the work of processing it, together, once per event.
import type { Tx } from '@cartwright/db'
import { enqueue, isErased } from '@cartwright/messaging'
import { partsOf } from './hints.ts'
import { namedOrder, type StripeSubject, subjectOf } from './subject.ts'

/** The work of processing one event: which object it hints at. What the object says is asked of Stripe. */
export interface EventWork {
  eventId: string
  type: string
  subject: StripeSubject
}

interface Incoming {
  id: string
  type: string
  data?: { object?: object }
}

/** @param payload the event as it came; of an order whose customer is erased it is not kept @returns whether the event is new */
export const storeEvent = async (tx: Tx, { id, type, data }: Incoming, payload: string): Promise<boolean> => {
  const subject = subjectOf(data?.object)
  const orderId = namedOrder(subject)
  // Sent together: the row of work has the event's id, so it exists exactly when the event does.
  const [stored] = await Promise.all([
    tx.run`INSERT IGNORE INTO stripe_event (id, type, payload, order_id, received_at) VALUES (${id}, ${type}, IF(${isErased(orderId)}, '{}', ${payload}), ${orderId}, ${tx.dbNow})`,
    partsOf(type) === null ? false : enqueue<EventWork>(tx, 'process-stripe-event', id, { eventId: id, type, subject }),
  ])
  return stored.affectedRows === 1
}

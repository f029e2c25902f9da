// Keeps an event and the work of processing it, together, once per event.
import type { Tx } from '@cartwright/db'
import { enqueue } from '@cartwright/messaging'

/** @returns whether the event is new */
export const storeEvent = async (tx: Tx, event: { id: string; type: string; payload: string }): Promise<boolean> => {
  const stored =
    await tx.run`INSERT IGNORE INTO stripe_event (id, type, payload, received_at) VALUES (${event.id}, ${event.type}, ${event.payload}, ${tx.dbNow})`
  if (stored.affectedRows !== 1) return false
  await enqueue(tx, 'process-stripe-event', event.id, { eventId: event.id })
  return true
}

// Decides which events of an order's stream a client lacks, by the ids that it has seen.

/** Ids by the version of the order's row: the order's event comes first, the payment's event follows it. */
export const eventIds = (version: number) => ({ order: version * 2, payment: version * 2 + 1 })

/** What a stream has sent, or what its client has seen before. */
export interface Sent {
  /** Id of the last event; null when the client has none. */
  id: number | null
  /** The last payment that this stream sent, as text; null before the first. */
  payment: string | null
}

/**
 * Says which events are due. Each holds the whole state, so a client needs the newest one of a kind and no other. The payment is sent when it
 * is another one, and whenever the client may have missed it. An id that was never given counts as none.
 */
export const dueEvents = (
  { id, payment }: Sent,
  version: number,
  currentPayment: string,
): { order: boolean; payment: boolean } => {
  const ids = eventIds(version)
  const known = id === null || id > ids.payment ? -1 : id
  return { order: known < ids.order, payment: known < ids.payment && currentPayment !== payment }
}

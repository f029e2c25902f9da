// What an event of Stripe's is about, as far as it says so itself: a hint, never the truth.

/** The parts of Stripe's objects that tell which payment they belong to. */
export interface StripeSubject {
  id?: string
  object?: string
  payment_intent?: string | { id: string } | null
  metadata?: Record<string, string> | null
}

/** Only these parts: whatever else Stripe's object says of a person stays in the event. */
export const subjectOf = (object: StripeSubject | undefined): StripeSubject => {
  const { id, object: kind, payment_intent: intent, metadata } = object ?? {}
  const orderId = metadata?.orderId
  return {
    ...(id === undefined ? {} : { id }),
    ...(kind === undefined ? {} : { object: kind }),
    ...(intent ? { payment_intent: typeof intent === 'string' ? intent : intent.id } : {}),
    ...(orderId === undefined ? {} : { metadata: { orderId } }),
  }
}

/** The order that the object names, when it may be one of ours. */
export const namedOrder = ({ metadata }: StripeSubject): string | null => {
  const orderId = metadata?.orderId
  return typeof orderId === 'string' && /^ord_[0-9a-z]{6,36}$/.test(orderId) ? orderId : null
}

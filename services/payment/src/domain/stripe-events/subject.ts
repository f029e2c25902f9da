// Reference from a Stripe event to the object that it concerns. It is only a hint: state is always fetched from Stripe.

/** Fields of a Stripe object that identify its payment. */
export interface StripeSubject {
  id?: string
  object?: string
  payment_intent?: string | { id: string } | null
  metadata?: Record<string, string> | null
}

/** Copies the identifying fields only, so that no personal data of the object enters the job. */
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

/** The order id in the object's metadata, or null when it is absent or malformed. */
export const orderIdOf = ({ metadata }: StripeSubject): string | null => {
  const orderId = metadata?.orderId
  return typeof orderId === 'string' && /^ord_[0-9a-z]{6,36}$/.test(orderId) ? orderId : null
}

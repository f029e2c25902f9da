// The real Stripe library, pointed at Stripe or at the development sandbox; and what its failures mean.
import Stripe from 'stripe'

/** No retries of its own: a job retries with the same idempotency key and the same parameters. */
export const stripeClient = (key: string, base: string | null, timeoutMs: number): Stripe => {
  const common = { maxNetworkRetries: 0, telemetry: false, timeout: timeoutMs, appInfo: { name: 'cartwright' } }
  if (base === null) return new Stripe(key, common)
  const { hostname, port, protocol } = new URL(base)
  return new Stripe(key, { ...common, host: hostname, port, protocol: protocol === 'https:' ? 'https' : 'http' })
}

/** Keys that are refused are mended by an operator, a key in use and too many requests by time. */
const mendable = [401, 403, 409, 429]

/** A request that Stripe will never accept as it is. 5xx and connection errors may have had an effect, and may succeed later. */
export const isPermanent = (error: unknown): error is Stripe.errors.StripeError => {
  if (!(error instanceof Stripe.errors.StripeError) || error.statusCode === undefined) return false
  return error.statusCode >= 400 && error.statusCode < 500 && !mendable.includes(error.statusCode)
}

export const isAboutExpiry = (error: Stripe.errors.StripeError): boolean => error.param === 'expires_at'
export const isMissing = (error: unknown): boolean => error instanceof Stripe.errors.StripeError && error.statusCode === 404

/** What time it was at Stripe when it answered, to the second; null when it did not say. */
export const stripeTimeOf = (error: Stripe.errors.StripeError): Date | null => {
  const header = error.headers?.date
  const at = typeof header === 'string' ? new Date(header) : null
  return at === null || Number.isNaN(at.getTime()) ? null : at
}

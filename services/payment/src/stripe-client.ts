// The real Stripe library, pointed at Stripe or at the development sandbox; and what its failures mean.
import Stripe from 'stripe'

/** No retries of its own: a job retries with the same idempotency key and the same parameters. */
export const stripeClient = (key: string, base: string | null, timeoutMs: number): Stripe => {
  const common = { maxNetworkRetries: 0, telemetry: false, timeout: timeoutMs }
  if (base === null) return new Stripe(key, common)
  const { hostname, port, protocol } = new URL(base)
  return new Stripe(key, { ...common, host: hostname, port, protocol: protocol === 'https:' ? 'https' : 'http' })
}

/** A request that Stripe will never accept as it is. 409 and 429, 5xx and connection errors may succeed later. */
export const isPermanent = (error: unknown): error is Stripe.errors.StripeError =>
  error instanceof Stripe.errors.StripeError && error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500 && ![401, 403, 409, 429].includes(error.statusCode)

export const isAboutExpiry = (error: Stripe.errors.StripeError): boolean => error.param === 'expires_at'
export const isMissing = (error: unknown): boolean => error instanceof Stripe.errors.StripeError && error.statusCode === 404

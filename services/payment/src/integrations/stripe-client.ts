// Stripe client: creates it, names its types, and classifies its errors.
import Stripe from 'stripe'
import { recordingHttpClient } from './recorded-requests.ts'

export type StripeClient = Stripe
export type StripeCharge = Stripe.Charge
export type StripeDispute = Stripe.Dispute
export type StripeEvent = Stripe.Event
export type StripeMetadata = Stripe.Metadata
export type StripePaymentIntent = Stripe.PaymentIntent
export type StripeRefund = Stripe.Refund
export type StripeSession = Stripe.Checkout.Session
export type SessionParameters = Stripe.Checkout.SessionCreateParams

/** @param base address of the development sandbox, or null for Stripe. The library does not retry: jobs retry with the same key. */
export const createStripeClient = (key: string, base: string | null, timeoutMs: number): StripeClient => {
  const common = {
    maxNetworkRetries: 0,
    telemetry: false,
    timeout: timeoutMs,
    appInfo: { name: 'cartwright' },
    httpClient: recordingHttpClient(),
  }
  if (base === null) return new Stripe(key, common)
  const { hostname, port, protocol } = new URL(base)
  return new Stripe(key, { ...common, host: hostname, port, protocol: protocol === 'https:' ? 'https' : 'http' })
}

/** 4xx statuses that can pass later: an operator replaces a refused key; a key in use and rate limits pass with time. */
const retryableStatuses = [401, 403, 409, 429]

/** A request that Stripe will never accept as it is. 5xx and connection errors may have had an effect, and may succeed later. */
export const isPermanent = (error: unknown): error is Stripe.errors.StripeError => {
  if (!(error instanceof Stripe.errors.StripeError) || error.statusCode === undefined) return false
  return error.statusCode >= 400 && error.statusCode < 500 && !retryableStatuses.includes(error.statusCode)
}

/** A permanent error like Stripe's own refusal of a parameter, for a request that is known to be refused. */
export const invalidRequest = (message: string, param: string): Error =>
  new Stripe.errors.StripeInvalidRequestError({ type: 'invalid_request_error', message, param, statusCode: 400 })

export const isExpiryError = (error: Stripe.errors.StripeError): boolean => error.param === 'expires_at'
export const isMissing = (error: unknown): boolean => error instanceof Stripe.errors.StripeError && error.statusCode === 404

/** The time in the headers of Stripe's error response, to the second; null when the header is absent or not a date. */
export const readStripeTime = (error: Stripe.errors.StripeError): Date | null => {
  const header = error.headers?.date
  const at = typeof header === 'string' ? new Date(header) : null
  return at === null || Number.isNaN(at.getTime()) ? null : at
}

// Validator: asks stripe-mock whether a request matches Stripe's specification before the sandbox answers it.
import type { FastifyRequest } from 'fastify'
import { StripeFailure } from './stripe-error.ts'

export type Validate = (request: FastifyRequest) => Promise<void>

/** stripe-mock 0.203 has an older API version, in which this parameter had another name. */
const renamed = [/(^|&)allowed_payment_method_types/g, '$1payment_method_types'] as const

interface Refusal {
  error?: { message?: string }
}

/** @param base address of stripe-mock, such as `http://127.0.0.1:12121` */
export const stripeMockValidator =
  (base: string): Validate =>
  async (request) => {
    const body = typeof request.body === 'string' ? request.body.replace(...renamed) : undefined
    const response = await fetch(base + request.url, {
      method: request.method,
      headers: {
        authorization: 'Bearer sk_test_sandbox',
        ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body === undefined ? {} : { body }),
    })
    const answer = (await response.json()) as Refusal
    if (response.ok) return
    throw new StripeFailure(
      400,
      'invalid_request_error',
      `Stripe's specification refuses ${request.method} ${request.url}: ${answer.error?.message ?? response.status}`,
    )
  }

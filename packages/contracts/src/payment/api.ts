// The HTTP surface of payment.
import type { Endpoint } from '../endpoint.ts'

export const paymentApi = {} satisfies Record<string, Endpoint>

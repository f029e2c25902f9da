// The HTTP surface of order.
import type { Endpoint } from '../endpoint.ts'

export const orderApi = {} satisfies Record<string, Endpoint>

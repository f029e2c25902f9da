// The HTTP surface of cart.
import type { Endpoint } from '../endpoint.ts'

export const cartApi = {} satisfies Record<string, Endpoint>

// The HTTP surface of catalog.
import type { Endpoint } from '../endpoint.ts'

export const catalogApi = {} satisfies Record<string, Endpoint>

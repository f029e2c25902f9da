// The HTTP surface of identity.
import type { Endpoint } from '../endpoint.ts'

export const identityApi = {} satisfies Record<string, Endpoint>

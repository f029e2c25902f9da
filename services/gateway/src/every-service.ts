// The services that answer operators about themselves.
import type { UpstreamName } from '@cartwright/contracts'

export const everyService: readonly UpstreamName[] = ['identity', 'catalog', 'cart', 'order', 'payment', 'notification']

// The HTTP surface of notification.
import type { Endpoint } from '../endpoint.ts'

export const notificationApi = {} satisfies Record<string, Endpoint>

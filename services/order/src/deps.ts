// What order's handlers work with.
import type { BaseDeps } from '@cartwright/service-kit'
import type { config } from './config.ts'
import type { Waiters } from './payment-view/waiters.ts'

export interface OrderOwn {
  /** Long polls that wait for a change. */
  waiters: Waiters
}
export type OrderDeps = BaseDeps<typeof config> & OrderOwn

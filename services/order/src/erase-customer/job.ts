// Erases orders that have ended, in batches, and looks regularly for those that had to wait.
import { ensureDue, job, periodic } from '@cartwright/messaging'
import type { OrderDeps } from '../deps.ts'
import { eraseEnded, eraseKind } from './erase.ts'

/** There is no effect outside; a job, so that an account with many orders takes many short transactions. */
export const eraseOrders = job<object, null, OrderDeps>({
  kind: eraseKind,
  effect: async () => null,
  apply: async (tx, _, __, deps) => {
    if (await eraseEnded(tx, deps)) await ensureDue(tx, eraseKind, 'ended', {})
  },
})

export const findEnded = periodic<OrderDeps>({
  name: 'order-erasure',
  everySec: 600,
  run: ({ db }) => db.tx((tx) => ensureDue(tx, eraseKind, 'ended', {})),
})

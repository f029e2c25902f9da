// Job that erases finished orders in batches, and the schedule that enqueues it.
import { enqueueUnlessPending } from '@cartwright/messaging'
import { job, scheduled } from '../../deps.ts'
import { eraseEnded, eraseKind } from './erase.ts'

/** A job without an outside effect, so that an account with many orders takes many short transactions. */
export const eraseOrders = job<object, null>({
  kind: eraseKind,
  effect: async () => null,
  apply: async ({ tx, deps }) => {
    if (await eraseEnded(tx, deps)) await enqueueUnlessPending(tx, eraseKind, 'ended', {})
  },
})

export const findEnded = scheduled({
  name: 'order-erasure',
  everySec: 600,
  run: ({ deps: { db } }) => db.tx((tx) => enqueueUnlessPending(tx, eraseKind, 'ended', {})),
})

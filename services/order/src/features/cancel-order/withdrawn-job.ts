// Job that cancels an order whose customer has withdrawn, or what is left to ship of it; what was shipped is returned.
import { enqueue } from '@cartwright/messaging'
import { job } from '../../deps.ts'
import { lockWithSaga } from '../../domain/checkout-saga/effects.ts'
import { canCancel } from '../../domain/order.ts'
import { type Withdrawn, withdrawnKinds } from '../../domain/withdrawn.ts'
import { cancel } from './cancel.ts'
import { cancelUnshipped } from './cancel-lines.ts'

export const cancelWithdrawn = job<Withdrawn, null>({
  kind: withdrawnKinds.cancel,
  effect: async () => null,
  apply: async ({ tx, item: { key, payload }, deps }) => {
    const order = await lockWithSaga(tx, payload.orderId)
    if (order.status === 'cancelled') return
    if (!canCancel(order)) {
      if (order.status === 'processing') await cancelUnshipped(tx, order, deps)
      await enqueue<Withdrawn>(tx, withdrawnKinds.return, key, payload)
      return
    }
    const request = { actor: order.principal_id, cancelReason: 'customer', note: null, restock: true } as const
    await cancel(tx, order.id, request, () => true, deps)
  },
})

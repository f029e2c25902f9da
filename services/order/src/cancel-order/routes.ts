// Cancelling, for the shopper whose order it is and for operators.
import { orderApi } from '@cartwright/contracts'
import { answer, audit, route } from '@cartwright/service-kit'
import { viewForOperator, viewOrder } from '../db/order-view.ts'
import type { OrderDeps } from '../deps.ts'
import { cancel } from './cancel.ts'

export const cancelOrder = route(orderApi.cancelOrder, (req, deps: OrderDeps) =>
  req.once(async (tx) => {
    const asked = { actor: req.principal.id, cancelReason: 'customer', note: req.body?.reason ?? null, restock: true } as const
    const { status, row } = await cancel(tx, req.params.orderId, asked, (order) => order.principal_id === req.principal.id, deps)
    return answer(status, await viewOrder(tx, row))
  }),
)

export const adminCancelOrder = route(orderApi.adminCancelOrder, (req, deps: OrderDeps) =>
  req.once(async (tx) => {
    const { reason, restock = true } = req.body
    const asked = { actor: req.principal.id, cancelReason: 'operator', note: reason, restock } as const
    const { status, before, row } = await cancel(tx, req.params.orderId, asked, () => true, deps)
    const repeated = before.status === 'cancelled' || before.cancel_requested_at !== null
    if (!repeated)
      await audit(tx, {
        actor: req.principal.id,
        action: 'order.cancel',
        target: row.id,
        before: { status: before.status },
        after: { status: row.status, reason, restock },
      })
    return answer(status, await viewForOperator(tx, row))
  }),
)

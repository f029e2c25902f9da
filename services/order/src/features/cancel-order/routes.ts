// Cancellation routes of shoppers and operators.
import { orderApi } from '@cartwright/contracts'
import { audit, reply } from '@cartwright/service-kit'
import { route } from '../../deps.ts'
import { viewForOperator, viewOrder } from '../../domain/order-view.ts'
import { cancel } from './cancel.ts'

export const cancelOrder = route(orderApi.cancelOrder, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const cancellation = {
      actor: request.principal.id,
      cancelReason: 'customer',
      note: request.body?.reason ?? null,
      restock: true,
    } as const
    const { status, row } = await cancel(
      tx,
      request.params.orderId,
      cancellation,
      (order) => order.principal_id === request.principal.id,
      deps,
    )
    return reply(status, await viewOrder(tx, row))
  }),
)

export const adminCancelOrder = route(orderApi.adminCancelOrder, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const { reason, restock = true } = request.body
    const cancellation = { actor: request.principal.id, cancelReason: 'operator', note: reason, restock } as const
    const { status, before, row } = await cancel(tx, request.params.orderId, cancellation, () => true, deps)
    const repeated = before.status === 'cancelled' || before.cancel_requested_at !== null
    if (!repeated)
      await audit(tx, {
        actor: request.principal.id,
        action: 'order.cancel',
        target: row.id,
        before: { status: before.status },
        after: { status: row.status, reason, restock },
      })
    return reply(status, await viewForOperator(tx, row))
  }),
)

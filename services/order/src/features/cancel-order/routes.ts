// Cancellation routes of shoppers and operators.
import { orderApi } from '@cartwright/contracts'
import { audit, reply } from '@cartwright/service-kit'
import { route } from '../../deps.ts'
import { lockWithSaga } from '../../domain/checkout-saga/effects.ts'
import { viewForOperator, viewOrder } from '../../domain/order-view.ts'
import { cancel } from './cancel.ts'
import { cancelLines } from './cancel-lines.ts'

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
    return reply(status, await viewOrder(tx, row, deps))
  }),
)

export const adminCancelOrder = route(orderApi.adminCancelOrder, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const { reason, restock = true, lines } = request.body
    const actor = request.principal.id
    const partly =
      lines && (await cancelLines(tx, await lockWithSaga(tx, request.params.orderId), { lines, actor, reason, restock }, deps))
    if (partly) return viewForOperator(tx, partly, deps)
    const cancellation = { actor, cancelReason: 'operator', note: reason, restock } as const
    const { status, before, row } = await cancel(tx, request.params.orderId, cancellation, () => true, deps)
    const repeated = before.status === 'cancelled' || before.cancel_requested_at !== null
    if (!repeated)
      await audit(tx, {
        actor,
        action: 'order.cancel',
        target: row.id,
        before: { status: before.status },
        after: { status: row.status, reason, restock },
      })
    return reply(status, await viewForOperator(tx, row, deps))
  }),
)

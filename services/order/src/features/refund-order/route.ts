// Operators refund the rest of an order or a part; at most the captured amount.
import { AppError, money, orderApi } from '@cartwright/contracts'
import { audit } from '@cartwright/service-kit'
import { lockOrder } from '../../db/orders.ts'
import { listRefunds } from '../../db/refunds.ts'
import { route } from '../../deps.ts'
import { stateRefusal } from '../../domain/order.ts'
import { viewForOperator } from '../../domain/order-view.ts'
import { leftToRefund, requestRefund } from '../../domain/refunds.ts'

export const refundOrder = route(orderApi.refundOrder, ({ request, deps, idempotentTx }) =>
  idempotentTx(async (tx) => {
    const row = await lockOrder(tx, request.params.orderId)
    const { amount, reason } = request.body
    if (row.captured_minor === 0) throw stateRefusal(row, 'nothing was captured, so nothing can be refunded')
    if (amount && amount.currency !== row.currency) {
      const message = `must be ${row.currency}`
      throw new AppError('validation_failed', {
        detail: 'the order has another currency',
        extra: {
          errors: [{ path: '/amount/currency', message }],
        },
      })
    }
    const left = leftToRefund(row, await listRefunds(tx, row.id))
    if (left === 0)
      throw new AppError('over_refund', {
        detail: 'everything is refunded, on its way, or disputed',
        extra: { refundable: money(0, row.currency) },
      })
    const amountMinor = amount?.amountMinor ?? left
    await requestRefund(tx, row, { cause: `operator:${deps.newId('c')}`, reason, newId: deps.newId, amountMinor })
    await audit(tx, {
      actor: request.principal.id,
      action: 'order.refund',
      target: row.id,
      before: { refundableMinor: left },
      after: { amountMinor, reason },
    })
    return viewForOperator(tx, await lockOrder(tx, row.id), deps)
  }),
)

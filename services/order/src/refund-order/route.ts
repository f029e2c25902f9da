// An operator refunds all that is left, or a part; never more than was captured.
import { AppError, money, orderApi } from '@cartwright/contracts'
import { audit, route } from '@cartwright/service-kit'
import { viewForOperator } from '../db/order-view.ts'
import { lockOrder } from '../db/orders.ts'
import { leftToRefund, listRefunds, requestRefund } from '../db/refunds.ts'
import type { OrderDeps } from '../deps.ts'
import { stateRefusal } from '../order.ts'

export const refundOrder = route(orderApi.refundOrder, (req, deps: OrderDeps) =>
  req.once(async (tx) => {
    const row = await lockOrder(tx, req.params.orderId)
    const { amount, reason } = req.body
    if (row.captured_minor === 0) throw stateRefusal(row, 'nothing was captured, so nothing can be refunded')
    if (amount && amount.currency !== row.currency) {
      const message = `must be ${row.currency}`
      throw new AppError('validation_failed', 'the order has another currency', {
        errors: [{ path: '/amount/currency', message }],
      })
    }
    const left = leftToRefund(row, await listRefunds(tx, row.id))
    if (left === 0)
      throw new AppError('over_refund', 'everything is refunded, on its way, or disputed', { refundable: money(0, row.currency) })
    const amountMinor = amount?.amountMinor ?? left
    await requestRefund(tx, row, { cause: `operator:${deps.newId('c')}`, reason, newId: deps.newId, amountMinor })
    await audit(tx, {
      actor: req.principal.id,
      action: 'order.refund',
      target: row.id,
      before: { refundableMinor: left },
      after: { amountMinor, reason },
    })
    return viewForOperator(tx, await lockOrder(tx, row.id))
  }),
)

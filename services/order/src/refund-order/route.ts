// An operator refunds all that is left, or a part.
import { AppError, orderApi } from '@cartwright/contracts'
import { route } from '@cartwright/service-kit'
import { lockOrder, viewOrder } from '../db/orders.ts'
import type { OrderDeps } from '../deps.ts'
import { requestRefund } from './request-refund.ts'

export const refundOrder = route(orderApi.refundOrder, (req, deps: OrderDeps) =>
  req.once(async (tx) => {
    const row = await lockOrder(tx, req.params.orderId)
    const { amount, reason } = req.body
    if (row.captured_minor === 0) throw new AppError('order_state', 'nothing was captured, so nothing can be refunded')
    if (amount && amount.currency !== row.currency) throw new AppError('validation_failed', 'the order has another currency', { errors: [{ path: '/amount/currency', message: `must be ${row.currency}` }] })
    await requestRefund(tx, row, { cause: `operator:${deps.newId('c')}`, reason, newId: deps.newId, ...(amount ? { amountMinor: amount.amountMinor } : {}) })
    return viewOrder(tx, await lockOrder(tx, row.id))
  }),
)

// Consumer of `payment.refund-failed`: records the failure, which an operator has to settle.
import { paymentEvents } from '@cartwright/contracts'
import { on } from '../../deps.ts'
import { checkoutSaga } from '../../domain/checkout-saga/effects.ts'
import { settleRefund } from '../../domain/refunds.ts'

export const onRefundFailed = on(paymentEvents.refundFailed, async ({ tx, message: { type, data }, deps }) => {
  await checkoutSaga.note(tx, data.orderId, type)
  await settleRefund(tx, data, 'failed', 'order', deps.newId)
})

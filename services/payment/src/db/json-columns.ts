// JSON columns of payment, each checked against its schema.
import { orderEvents, Recipient, RefundedGoods } from '@cartwright/contracts'
import { json } from '@cartwright/db'
import { Type } from 'typebox'

export const recipientColumn = json('payment.recipient', Recipient)
/** Charges and return URLs of the checkout session, from `order.payment-requested`, and the trace of the checkout until it is erased. */
export const requestColumn = json(
  'payment.request',
  Type.Object({
    ...Type.Pick(orderEvents.paymentRequested.data, ['charges', 'successUrl', 'cancelUrl']).properties,
    trace: Type.Optional(Type.Object({ traceparent: Type.String(), correlationId: Type.String() })),
  }),
)
export const refundedGoodsColumn = json('payment_refund.goods', RefundedGoods)
export const declinedChargesColumn = json('payment.declined_charges', Type.Array(Type.String()))

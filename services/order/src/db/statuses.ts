// Statuses of an order under their API names.
import type { OrderRow } from './orders.ts'

export const statusesOf = (
  row: Pick<OrderRow, 'status' | 'payment_status' | 'fulfilment_status' | 'refund_status' | 'return_status' | 'cancel_reason'>,
) => ({
  status: row.status,
  paymentStatus: row.payment_status,
  fulfilmentStatus: row.fulfilment_status,
  refundStatus: row.refund_status,
  returnStatus: row.return_status,
  cancelReason: row.cancel_reason,
})

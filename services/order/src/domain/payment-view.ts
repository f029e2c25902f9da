// Payment view of an order for its shopper.
import type { PaymentView } from '@cartwright/contracts'
import type { OrderRow } from '../db/orders.ts'

type Row = Pick<OrderRow, 'status' | 'payment_status' | 'cancel_requested_at' | 'pay_url' | 'pay_expires_at'>

/** `cancelling` while a cancellation is pending, also after the payment; else `paid` from the pivot on. A cancelled order shows its reason. */
export const paymentViewOf = (row: Row): PaymentView => {
  const closed = (state: PaymentView['state']): PaymentView => ({ state, url: null, expiresAt: null })
  const { payment_status: payment } = row
  if (row.status === 'cancelled') return closed(payment === 'failed' || payment === 'expired' ? payment : 'cancelled')
  if (row.status === 'pending' && row.cancel_requested_at !== null) return closed('cancelling')
  if (payment === 'paid' || payment === 'disputed') return closed('paid')
  if (payment === 'review' || payment === 'not_required') return closed(payment)
  if (row.pay_url === null) return closed('preparing')
  return { state: 'open', url: row.pay_url, expiresAt: row.pay_expires_at?.toISOString() ?? null }
}

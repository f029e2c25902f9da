// What operators see of payments.
import { AppError, money, paymentApi, type ResponseOf } from '@cartwright/contracts'
import { decodeCursor, encodeCursor, pageOf } from '@cartwright/db'
import { route } from '@cartwright/service-kit'
import type { Payment, PaymentDispute, PaymentRefund } from '../db/generated/client.ts'
import type { PaymentDeps } from '../deps.ts'

type Detail = ResponseOf<typeof paymentApi.adminGetPayment>

const summaryOf = (row: Payment) => ({
  paymentId: row.id,
  orderId: row.orderId,
  number: row.number,
  state: row.state as Detail['state'],
  amount: money(Number(row.amountMinor), row.currency),
  captured: money(Number(row.capturedMinor), row.currency),
  attempt: row.attempt,
  sessionId: row.sessionId,
  paymentIntentId: row.paymentIntentId,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
})

const refundOf = (refund: PaymentRefund, currency: string): Detail['refunds'][number] => ({
  id: refund.id,
  amount: money(Number(refund.amountMinor), currency),
  state: refund.state as Detail['refunds'][number]['state'],
  origin: refund.origin as Detail['refunds'][number]['origin'],
  reason: refund.reason,
  stripeRefundId: refund.stripeRefundId,
  createdAt: refund.createdAt.toISOString(),
})

const disputeOf = (dispute: PaymentDispute, currency: string): Detail['disputes'][number] => ({
  id: dispute.id,
  amount: money(Number(dispute.amountMinor), currency),
  status: dispute.status,
  reason: dispute.reason,
  dueAt: dispute.dueAt?.toISOString() ?? null,
  createdAt: dispute.createdAt.toISOString(),
})

export const adminGetPayment = route(paymentApi.adminGetPayment, async (req, { prisma }: PaymentDeps) => {
  const { orderId } = req.params
  const row = await prisma.payment.findUnique({ where: { orderId } })
  if (row === null) throw new AppError('not_found')
  const refunds = await prisma.paymentRefund.findMany({ where: { orderId }, orderBy: { id: 'asc' } })
  const disputes = await prisma.paymentDispute.findMany({ where: { orderId }, orderBy: { createdAt: 'asc' } })
  const refunded = refunds
    .filter((refund) => refund.state === 'succeeded')
    .reduce((sum, refund) => sum + Number(refund.amountMinor), 0)
  return {
    ...summaryOf(row),
    refunded: money(refunded, row.currency),
    refunds: refunds.map((refund) => refundOf(refund, row.currency)),
    disputes: disputes.map((dispute) => disputeOf(dispute, row.currency)),
  }
})

// Payment ids are time-ordered, so the id is the order of creation.
export const adminListPayments = route(paymentApi.adminListPayments, async (req, { prisma }: PaymentDeps) => {
  const { state, limit = 20, cursor } = req.query
  const before = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const where = { ...(state === undefined ? {} : { state }), ...(before === undefined ? {} : { id: { lt: before } }) }
  const rows = await prisma.payment.findMany({ where, orderBy: { id: 'desc' }, take: limit + 1 })
  const page = pageOf(rows, limit, (last) => encodeCursor('-id', [last.id]))
  return { items: page.items.map(summaryOf), nextCursor: page.nextCursor }
})

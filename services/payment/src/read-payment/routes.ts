// What operators see of payments.
import { AppError, money, paymentApi, type ResponseOf } from '@cartwright/contracts'
import { type Database, decodeCursor, encodeCursor, pageOf, sql, where } from '@cartwright/db'
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

interface Wanted {
  state: string | undefined
  before: string | undefined
  limit: number
}

/** Payments that were not given back completely. What only the bank took back is not settled: somebody has to look at it. */
const openIds = async ({ state, before, limit }: Wanted, db: Database): Promise<string[]> => {
  const conditions = [
    state !== undefined && sql`state = ${state}`,
    before !== undefined && sql`id < ${before}`,
    sql`captured_minor = 0 OR captured_minor > (SELECT COALESCE(SUM(refund.amount_minor), 0) FROM payment_refund refund
      WHERE refund.order_id = payment.order_id AND refund.state = 'succeeded')`,
  ]
  const rows = await db.rows<{ id: string }>`SELECT id FROM payment WHERE ${where(conditions)} ORDER BY id DESC LIMIT ${limit}`
  return rows.map(({ id }) => id)
}

// Payment ids are time-ordered, so the id is the order of creation.
export const adminListPayments = route(paymentApi.adminListPayments, async (req, { prisma, db }: PaymentDeps) => {
  const { state, open = false, limit = 20, cursor } = req.query
  const before = cursor === undefined ? undefined : String(decodeCursor('-id', cursor, 1)[0])
  const wanted = open
    ? { id: { in: await openIds({ state, before, limit: limit + 1 }, db) } }
    : { ...(state === undefined ? {} : { state }), ...(before === undefined ? {} : { id: { lt: before } }) }
  const rows = await prisma.payment.findMany({ where: wanted, orderBy: { id: 'desc' }, take: limit + 1 })
  const page = pageOf(rows, limit, (last) => encodeCursor('-id', [last.id]))
  return { items: page.items.map(summaryOf), nextCursor: page.nextCursor }
})

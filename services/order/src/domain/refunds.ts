// Refunds of an order: requested once per cause, at most the captured amount. Outcomes are recorded, also of refunds made in Stripe's dashboard.
import { AppError, money, orderEvents, type RefundOrigin, type RefundState } from '@cartwright/contracts'
import type { NewId, Tx } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import type { RefundRow } from '../db/generated/rows.ts'
import { addDue } from '../db/invoices.ts'
import { type RefundCredit, refundCreditColumn } from '../db/json-columns.ts'
import { changeOrder, disputesOf, linesOf, lockOrder, mailOf, type OrderRow, priceDetailsOf } from '../db/orders.ts'
import { insertRefund, listRefunds, updateRefundState } from '../db/refunds.ts'
import { type CreditedLine, creditFor, keptGoods, type Sale, taxesOfCredit, uncredited } from './credits.ts'
import { disputedMinor } from './disputes.ts'
import { refundable, refundStatusOf } from './order.ts'

/** Refund of a cancellation, for all goods that are left. All ways to cancel share its cause, so an order has one such refund. */
export const cancellation = { cause: 'cancelled', reason: 'the order was cancelled', goods: 'kept' } as const

/** Cause of the refund of units that were cancelled before they were shipped: one refund for each such cancellation. */
export const lineCancellationCause = (cancellationId: string): string => `lines:${cancellationId}`

/** Cause of the refund of a return. */
export const returnCause = (returnId: string): string => `return:${returnId}`

/** Refund rows as input of the pure rules. */
export const partsOf = (refunds: readonly RefundRow[]) =>
  refunds.map(({ amount_minor, state }) => ({ amountMinor: amount_minor, state }))

/** The refundable amount of an order, in minor units. */
export const leftToRefund = (row: OrderRow, refunds: readonly RefundRow[]): number =>
  refundable(row.captured_minor, partsOf(refunds), disputedMinor(disputesOf(row)))

const saleOf = (row: OrderRow): Sale => {
  const { taxIncluded, taxes } = priceDetailsOf(row)
  return { lines: linesOf(row), taxIncluded, taxes, total: money(row.total_minor, row.currency) }
}

/**
 * What each refund of an order credits, by its id. Refunds of older versions are read as free amounts; a failed refund credits nothing to
 * those after it.
 */
const creditsOf = (sale: Sale, refunds: readonly RefundRow[]): Map<string, RefundCredit> => {
  const credits = new Map<string, RefundCredit>()
  const earlier: RefundCredit[] = []
  for (const { id, state, amount_minor: amountMinor, credit } of refunds) {
    const own = refundCreditColumn.parseOrNull(credit) ?? creditFor(sale, earlier, { amountMinor, goods: [] })
    credits.set(id, own)
    if (state !== 'failed') earlier.push(own)
  }
  return credits
}

/** What a refund of an order credits, as it was decided when the refund was made. @param refunds all refunds of the order */
export const creditOf = (row: OrderRow, refunds: readonly RefundRow[], refundId: string): RefundCredit | null =>
  creditsOf(saleOf(row), refunds).get(refundId) ?? null

/** Decides what a new refund credits. Goods `kept` are all that were not cancelled before. */
const decideCredit = (
  row: OrderRow,
  refunds: readonly RefundRow[],
  amountMinor: number,
  goods: readonly CreditedLine[] | 'kept' = [],
): RefundCredit => {
  const sale = saleOf(row)
  const credits = creditsOf(sale, refunds)
  const ofState = (...states: RefundState[]) =>
    refunds.flatMap(({ id, state }) => (states.includes(state) ? (credits.get(id) ?? []) : []))
  const known = ofState('succeeded', 'pending')
  // A refund that was made in Stripe's dashboard can leave too little for pending ones, which Stripe then refuses.
  const earlier = uncredited(sale, known) < amountMinor ? ofState('succeeded') : known
  return creditFor(sale, earlier, { amountMinor, goods: goods === 'kept' ? keptGoods(sale) : goods })
}

/** Derives the order's refund status from its refunds. @returns the updated order and its refunds */
const renewStatus = async (tx: Tx, row: OrderRow): Promise<{ row: OrderRow; refunds: RefundRow[] }> => {
  const refunds = await listRefunds(tx, row.id)
  return { row: await changeOrder(tx, row, { refund_status: refundStatusOf(row.captured_minor, partsOf(refunds)) }), refunds }
}

/**
 * Requests a refund of a locked order: the whole refundable amount, or `amountMinor`, for goods or as a free amount. A second request with
 * the same cause is a no-op.
 * @returns the refund’s id; null when the amount is 0 or nothing is left to refund
 * @throws AppError over_refund
 */
export const requestRefund = async (
  tx: Tx,
  row: OrderRow,
  refund: { cause: string; reason: string; amountMinor?: number; goods?: readonly CreditedLine[] | 'kept'; newId: NewId },
): Promise<string | null> => {
  const known = await listRefunds(tx, row.id)
  const same = known.find((existing) => existing.cause === refund.cause)
  if (same !== undefined) return same.id
  const left = leftToRefund(row, known)
  const amountMinor = refund.amountMinor ?? left
  if (amountMinor > left) throw new AppError('over_refund', { extra: { refundable: money(left, row.currency) } })
  if (amountMinor === 0) return null
  const id = refund.newId('rfd')
  const { cause, reason } = refund
  const credit = decideCredit(row, known, amountMinor, refund.goods)
  const columns = {
    cause,
    amount_minor: amountMinor,
    reason,
    origin: 'order',
    credit: refundCreditColumn.stringify(credit),
  } as const
  insertRefund(tx, { id, order_id: row.id, ...columns })
  await renewStatus(tx, row)
  await publish(tx, orderEvents.refundRequested, {
    ...mailOf(row),
    refundId: id,
    amount: money(amountMinor, row.currency),
    reason,
    lines: credit.lines.map(({ sku, name, quantity, refundMinor }) => ({
      sku,
      name,
      quantity,
      amount: money(refundMinor, row.currency),
    })),
    taxes: taxesOfCredit(credit),
  })
  return id
}

/**
 * A cancelled order is refunded in full. If Stripe refuses because a part was refunded elsewhere, the remaining amount is requested, once
 * for each remaining amount. Other refusals need an operator.
 */
const refundRest = async (tx: Tx, row: OrderRow, refunds: readonly RefundRow[], newId: NewId): Promise<void> => {
  if (row.status !== 'cancelled') return
  const left = leftToRefund(row, refunds)
  const requested = refunds.filter(({ cause }) => cause.startsWith(cancellation.cause))
  const refused = requested.some(({ state, amount_minor: amount }) => state === 'failed' && amount <= left)
  if (left === 0 || refused || refunds.some(({ state }) => state === 'pending')) return
  await requestRefund(tx, row, { ...cancellation, cause: `${cancellation.cause}:${left}`, newId })
}

interface EndedRefund {
  orderId: string
  refundId: string
  amount: { amountMinor: number }
}

/** Records the outcome of a refund, also of one that was made in Stripe's dashboard. A refund may fail after it succeeded. */
export const settleRefund = async (
  tx: Tx,
  { orderId, refundId, amount }: EndedRefund,
  state: Exclude<RefundState, 'pending'>,
  origin: RefundOrigin,
  newId: NewId,
): Promise<void> => {
  const row = await lockOrder(tx, orderId)
  const known = await listRefunds(tx, orderId)
  if (!known.some(({ id }) => id === refundId))
    insertRefund(tx, {
      id: refundId,
      order_id: orderId,
      cause: refundId,
      amount_minor: amount.amountMinor,
      reason: 'made at the payment provider',
      origin,
      credit: refundCreditColumn.stringify(decideCredit(row, known, amount.amountMinor)),
    })
  updateRefundState(tx, { id: refundId, orderId, state })
  addDue(tx, orderId, state === 'succeeded' ? 'credit_note' : 'cancellation', refundId)
  const renewed = await renewStatus(tx, row)
  await refundRest(tx, renewed.row, renewed.refunds, newId)
}

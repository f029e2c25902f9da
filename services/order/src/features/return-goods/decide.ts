// Decides what can be returned, what a parcel may hold, how much of an order is back, and what is paid back for it.
import { AppError, type Order, type ReturnLine, type ReturnReason, type ReturnStatus } from '@cartwright/contracts'
import type { CreditedLine } from '../../domain/credits.ts'
import { lineRefund } from '../../domain/line-refund.ts'
import { type KnownReturn, keptUnits, type LineUnits, paidBackUnits, shippedByLine } from '../../domain/order-units.ts'

export interface Sold {
  lines: Order['lines']
  /** Units in shipments, by SKU. */
  shipped: ReadonlyMap<string, number>
  returns: readonly KnownReturn[]
}

interface Wanted {
  lineId: string
  quantity: number
  reason: ReturnReason
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

/** Units of a line that are on their way back or have come back. What did not come in a parcel may be returned again. */
const takenOf = (returns: readonly KnownReturn[], lineId: string): number =>
  sum(
    returns
      .filter(({ state }) => state !== 'rejected')
      .flatMap(({ lines }) => lines)
      .filter((line) => line.lineId === lineId)
      .map(({ quantity, received }) => received ?? quantity),
  )

/** Units of each line that can be returned now. */
export const returnableOf = (sold: Sold): LineUnits[] => {
  const shipped = shippedByLine(sold.lines, sold.shipped)
  return sold.lines.map(({ id }) => ({ lineId: id, quantity: (shipped.get(id) ?? 0) - takenOf(sold.returns, id) }))
}

/**
 * @param until end of the window; null before the delivery
 * @throws AppError return_not_possible with what can be returned
 */
export const decideReturn = (
  sold: Sold,
  wanted: readonly Wanted[],
  { now, until }: { now: Date; until: Date | null },
): ReturnLine[] => {
  const returnable = returnableOf(sold)
  const refuse = (detail: string): AppError =>
    new AppError('return_not_possible', { detail, extra: { returnableUntil: until?.toISOString() ?? null, returnable } })
  if (sum([...sold.shipped.values()]) === 0) throw refuse('nothing of this order has been shipped')
  if (until !== null && now > until) throw refuse('the time for returns is over')
  const ids = wanted.map(({ lineId }) => lineId)
  if (new Set(ids).size < ids.length) throw refuse('name each line once')
  return wanted.map(({ lineId, quantity, reason }) => {
    const line = sold.lines.find(({ id }) => id === lineId)
    const most = returnable.find((one) => one.lineId === lineId)?.quantity ?? 0
    if (line === undefined) throw refuse(`the order has no line ${lineId}`)
    if (quantity > most) throw refuse(`at most ${most} of ${line.sku} can be returned`)
    return { lineId, sku: line.sku, name: line.name, quantity, reason, received: null, restocked: null }
  })
}

interface Arrived {
  lineId: string
  quantity: number
  restock: boolean
}

/** What came of each line. @throws AppError validation_failed for more than was to come */
export const decideReceipt = (lines: readonly ReturnLine[], arrived: readonly Arrived[]): ReturnLine[] => {
  const errors = arrived.flatMap(({ lineId, quantity }, index) => {
    const line = lines.find((one) => one.lineId === lineId)
    const first = arrived.findIndex((one) => one.lineId === lineId) === index
    if (line === undefined || !first) return [{ path: `/lines/${index}/lineId`, message: 'must be a line of this return, once' }]
    return quantity > line.quantity ? [{ path: `/lines/${index}/quantity`, message: `must be at most ${line.quantity}` }] : []
  })
  if (errors.length > 0) throw new AppError('validation_failed', { extra: { errors } })
  return lines.map((line) => {
    const came = arrived.find(({ lineId }) => lineId === line.lineId)
    return { ...line, received: came?.quantity ?? 0, restocked: came?.restock ? came.quantity : 0 }
  })
}

export const decideReturnStatus = ({ lines, returns }: Omit<Sold, 'shipped'>): ReturnStatus => {
  if (returns.some(({ state }) => state === 'requested' || state === 'approved')) return 'requested'
  const back = sum(returns.flatMap((one) => one.lines.map(({ received }) => received ?? 0)))
  if (back === 0) return 'none'
  return back === sum(lines.map(keptUnits)) ? 'full' : 'partial'
}

/**
 * Goods of a return with what is paid back for them, in minor units. Cancelled units and earlier returns count, so that all parts of a
 * line add up to what was paid for it.
 * @param earlier other returns of the order
 */
export const goodsFor = (
  order: { lines: Order['lines']; taxIncluded: boolean; currency: string },
  back: readonly ReturnLine[],
  earlier: readonly KnownReturn[],
): CreditedLine[] =>
  back.flatMap(({ lineId, sku, name, received }) => {
    const line = order.lines.find(({ id }) => id === lineId)
    if (line === undefined || !received) return []
    const refundMinor = lineRefund(order, line, { before: paidBackUnits(line, earlier), units: received })
    return [{ lineId, sku, name, quantity: received, refundMinor }]
  })

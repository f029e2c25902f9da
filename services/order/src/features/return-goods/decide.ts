// Decides what can be returned, what a parcel may hold, how much of an order is back, and what is paid back for it.
import { AppError, type Order, paymentStep, type ReturnLine, type ReturnReason, type ReturnStatus } from '@cartwright/contracts'
import { proportion } from '@cartwright/pricing'

/** What a return has of its state and lines. */
export interface KnownReturn {
  state: 'requested' | 'approved' | 'rejected' | 'received' | 'refunded'
  lines: readonly ReturnLine[]
}

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

/** Shipments name SKUs: units of a SKU are given to its lines in their order. */
const shippedByLine = ({ lines, shipped }: Sold): Map<string, number> => {
  const left = new Map(shipped)
  return new Map(
    lines.map(({ id, sku, quantity }) => {
      const units = Math.min(quantity, left.get(sku) ?? 0)
      left.set(sku, (left.get(sku) ?? 0) - units)
      return [id, units]
    }),
  )
}

/** Units of each line that can be returned now. */
export const returnableOf = (sold: Sold): { lineId: string; quantity: number }[] => {
  const shipped = shippedByLine(sold)
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
  return back === sum(lines.map(({ quantity }) => quantity)) ? 'full' : 'partial'
}

/** What was paid for a line: its price after discounts, and the tax where it came on top. */
const paidFor = ({ lineTotal, discounts, taxes }: Order['lines'][number], taxIncluded: boolean): number =>
  lineTotal.amountMinor -
  sum(discounts.map(({ amount }) => amount.amountMinor)) +
  (taxIncluded ? 0 : sum(taxes.map(({ amount }) => amount.amountMinor)))

/** Share of an amount for some of its units, rounded half up to a step that can be paid back. */
const share = (amount: number, units: number, of: number, step: number): number =>
  units === of ? amount : Math.min(amount, proportion(amount, units, of, step))

/**
 * What is paid back for the goods of a return, in minor units. The shares of returns that follow each other add up to what was paid.
 * @param earlier returns of the order that were paid back before
 */
export const refundFor = (
  { lines, taxIncluded, currency }: { lines: Order['lines']; taxIncluded: boolean; currency: string },
  back: readonly ReturnLine[],
  earlier: readonly KnownReturn[],
): number => {
  const step = paymentStep(currency)
  const before = earlier.filter(({ state }) => state === 'refunded').flatMap((one) => one.lines)
  return sum(
    back.map(({ lineId, received }) => {
      const line = lines.find(({ id }) => id === lineId)
      if (line === undefined) return 0
      const paid = paidFor(line, taxIncluded)
      const known = sum(before.filter((one) => one.lineId === lineId).map((one) => one.received ?? 0))
      return share(paid, known + (received ?? 0), line.quantity, step) - share(paid, known, line.quantity, step)
    }),
  )
}

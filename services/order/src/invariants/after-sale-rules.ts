// Pure rule of invariant I13: units and money after the sale of one order. Returns a description of the violation, or null.
import type { Order } from '@cartwright/contracts'
import type { LineCancellation } from '../db/json-columns.ts'
import { type KnownReturn, keptUnits, shippedByLine } from '../domain/order-units.ts'
import { lineCancellationCause, returnCause } from '../domain/refunds.ts'

interface RecordedRefund {
  id: string
  cause: string
  amountMinor: number
  state: 'pending' | 'succeeded' | 'failed'
}

export interface AfterSale {
  lines: Order['lines']
  /** Units in shipments, by SKU. */
  shipped: ReadonlyMap<string, number>
  returns: readonly (KnownReturn & { id: string; refundId: string | null })[]
  cancellations: readonly LineCancellation[]
  capturedMinor: number
  refunds: readonly RecordedRefund[]
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

/** Σ cancelled + Σ shipped ≤ ordered, per SKU, since shipments name SKUs. */
const findShippedViolation = ({ lines, shipped }: AfterSale): string | null => {
  for (const line of lines)
    if (keptUnits(line) < 0) return `has ${line.quantity} of line ${line.id} and ${line.cancelledQuantity} cancelled`
  for (const [sku, units] of shipped) {
    const kept = sum(lines.filter((line) => line.sku === sku).map(keptUnits))
    if (units > kept) return `has shipped ${units} of ${sku}, and ${kept} were ordered and not cancelled`
  }
  return null
}

/** Σ returned ≤ Σ shipped, per line. */
const findReturnedViolation = ({ lines, shipped, returns }: AfterSale): string | null => {
  const sent = shippedByLine(lines, shipped)
  const back = returns.flatMap((one) => one.lines)
  for (const id of new Set(back.map(({ lineId }) => lineId))) {
    const received = sum(back.filter(({ lineId }) => lineId === id).map((line) => line.received ?? 0))
    const units = sent.get(id) ?? 0
    if (received > units) return `got ${received} of line ${id} back, and ${units} were shipped`
  }
  return null
}

/** Refunds of parts are what their causes record: each cancellation and each refunded return has its own refund, and no others exist. */
const findCauseViolation = ({ cancellations, returns, refunds }: AfterSale): string | null => {
  const recorded = new Map([
    ...cancellations.map(({ id, refundId }) => [lineCancellationCause(id), refundId] as const),
    ...returns.map(({ id, refundId }) => [returnCause(id), refundId] as const),
  ])
  for (const { id, cause } of refunds)
    if (/^(lines|return):/.test(cause) && recorded.get(cause) !== id)
      return `has the refund ${id}, which its cause ${cause} does not name`
  for (const [cause, refundId] of recorded)
    if (refundId !== null && !refunds.some((refund) => refund.id === refundId && refund.cause === cause))
      return `names the refund ${refundId} for ${cause}, which does not exist`
  for (const { id, refundId, refundMinor, lines } of cancellations) {
    const owed = sum(lines.map((line) => line.refundMinor))
    const made = refunds.find((refund) => refund.id === refundId)?.amountMinor ?? 0
    if (made !== refundMinor || made > owed) return `owes ${owed} for ${id}, recorded ${refundMinor} and asked for ${made}`
  }
  return null
}

/** Returned ≤ shipped, cancelled + shipped ≤ ordered, refunded ≤ captured, and refunds of parts are those of their causes. */
export const findAfterSaleViolation = (order: AfterSale): string | null => {
  const refunded = sum(order.refunds.filter(({ state }) => state === 'succeeded').map(({ amountMinor }) => amountMinor))
  if (refunded > order.capturedMinor) return `had ${order.capturedMinor} captured and ${refunded} refunded`
  return findShippedViolation(order) ?? findReturnedViolation(order) ?? findCauseViolation(order)
}

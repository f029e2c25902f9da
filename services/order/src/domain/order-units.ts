// Units of an order's lines: ordered, cancelled, shipped, returned, and what is left to ship. Pure.
import type { Order, ReturnLine, ReturnState } from '@cartwright/contracts'

type Line = Order['lines'][number]

/** What a return has of its state and lines. */
export interface KnownReturn {
  state: ReturnState
  lines: readonly ReturnLine[]
}

export interface LineUnits {
  lineId: string
  quantity: number
}

export const unitsBySku = (lines: readonly { sku: string; quantity: number }[]): Map<string, number> => {
  const units = new Map<string, number>()
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity)
  return units
}

/** Units of a line that the customer still gets: what was ordered without what was cancelled. */
export const keptUnits = ({ quantity, cancelledQuantity }: Pick<Line, 'quantity' | 'cancelledQuantity'>): number =>
  quantity - cancelledQuantity

/**
 * Units of each line that were shipped. Shipments name SKUs: their units are given to the lines of the SKU in their order.
 * @param shipped units by SKU
 */
export const shippedByLine = (lines: readonly Line[], shipped: ReadonlyMap<string, number>): Map<string, number> => {
  const left = new Map(shipped)
  return new Map(
    lines.map((line) => {
      const units = Math.min(keptUnits(line), left.get(line.sku) ?? 0)
      left.set(line.sku, (left.get(line.sku) ?? 0) - units)
      return [line.id, units]
    }),
  )
}

/** Units of each line that are left to ship. @param shipped units by SKU */
export const openUnits = (lines: readonly Line[], shipped: ReadonlyMap<string, number>): LineUnits[] => {
  const gone = shippedByLine(lines, shipped)
  return lines.map((line) => ({ lineId: line.id, quantity: keptUnits(line) - (gone.get(line.id) ?? 0) }))
}

/** Units of a line that were paid back: cancelled ones, and those of refunded returns. */
export const paidBackUnits = (line: Line, returns: readonly KnownReturn[]): number =>
  returns
    .filter(({ state }) => state === 'refunded')
    .flatMap(({ lines }) => lines)
    .filter(({ lineId }) => lineId === line.id)
    .reduce((units, { received }) => units + (received ?? 0), line.cancelledQuantity)

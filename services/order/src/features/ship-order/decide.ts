// Decides the lines of a shipment and whether it completes the order.
import { AppError } from '@cartwright/contracts'

export interface Quantity {
  sku: string
  quantity: number
}

const sumBySku = (lines: readonly Quantity[]): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity)
  return sums
}

/** Operators' SKUs are upper case; an order that is older than this rule may have another spelling. */
const asOrdered = (ordered: readonly Quantity[], wanted: readonly Quantity[]): Quantity[] =>
  wanted.map(({ sku, quantity }) => {
    const line = ordered.find((one) => one.sku === sku) ?? ordered.find((one) => one.sku.toUpperCase() === sku)
    return { sku: line?.sku ?? sku, quantity }
  })

/**
 * @param wanted lines of this shipment; everything that is left when undefined
 * @throws AppError validation_failed when more than is left would be shipped
 */
export const decideShipment = (
  ordered: readonly Quantity[],
  shipped: readonly Quantity[],
  wanted: readonly Quantity[] | undefined,
): { lines: Quantity[]; complete: boolean } => {
  const gone = sumBySku(shipped)
  const left = new Map([...sumBySku(ordered)].map(([sku, quantity]) => [sku, quantity - (gone.get(sku) ?? 0)]))
  const chosen = wanted ? sumBySku(asOrdered(ordered, wanted)) : new Map([...left].filter(([, quantity]) => quantity > 0))
  for (const [sku, quantity] of chosen) {
    if (quantity > (left.get(sku) ?? 0)) {
      throw new AppError('validation_failed', {
        detail: `only ${left.get(sku) ?? 0} of ${sku} are left to ship`,
        extra: {
          errors: [{ path: '/lines', message: `at most ${left.get(sku) ?? 0} of ${sku}` }],
        },
      })
    }
  }
  const lines = [...chosen].map(([sku, quantity]) => ({ sku, quantity }))
  const complete = [...left].every(([sku, quantity]) => quantity - (chosen.get(sku) ?? 0) === 0)
  return { lines, complete }
}

// Decides the lines of a shipment and whether it completes the order.
import { AppError } from '@cartwright/contracts'
import { unitsBySku } from '../../domain/order-units.ts'

export interface Quantity {
  sku: string
  quantity: number
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
  const gone = unitsBySku(shipped)
  const left = new Map([...unitsBySku(ordered)].map(([sku, quantity]) => [sku, quantity - (gone.get(sku) ?? 0)]))
  const chosen = wanted ? unitsBySku(asOrdered(ordered, wanted)) : new Map([...left].filter(([, quantity]) => quantity > 0))
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

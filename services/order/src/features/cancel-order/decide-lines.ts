// Decides which units of an order are cancelled before they are shipped, what is paid back for them, and what becomes of the order.
import { AppError, type FieldError, type Order } from '@cartwright/contracts'
import { lineRefund } from '../../domain/line-refund.ts'
import { type KnownReturn, type LineUnits, openUnits, paidBackUnits } from '../../domain/order-units.ts'

export interface Goods {
  lines: Order['lines']
  taxIncluded: boolean
  currency: string
  /** Units in shipments, by SKU. */
  shipped: ReadonlyMap<string, number>
  returns: readonly KnownReturn[]
}

interface CancelledLine extends LineUnits {
  sku: string
  name: string
  /** What was paid for these units, in minor units. */
  refundMinor: number
}

interface Decision {
  lines: CancelledLine[]
  /** `open`: more is left to ship. `shipped`: the rest was shipped before. `cancelled`: nothing was shipped, so nothing of the order is left. */
  order: 'open' | 'shipped' | 'cancelled'
}

/** @throws AppError validation_failed for a line that the order does not have, or that is named twice */
const refuseUnknown = ({ lines }: Goods, wanted: readonly LineUnits[]): void => {
  const errors: FieldError[] = wanted.flatMap(({ lineId }, index) => {
    const isKnown = lines.some(({ id }) => id === lineId)
    const isFirst = wanted.findIndex((one) => one.lineId === lineId) === index
    return isKnown && isFirst ? [] : [{ path: `/lines/${index}/lineId`, message: 'must be a line of this order, once' }]
  })
  if (errors.length > 0) throw new AppError('validation_failed', { extra: { errors } })
}

/** @throws AppError validation_failed; over_cancel with what can be cancelled */
export const decideLineCancellation = (goods: Goods, wanted: readonly LineUnits[]): Decision => {
  refuseUnknown(goods, wanted)
  const open = openUnits(goods.lines, goods.shipped)
  const wantedOf = (lineId: string) => wanted.find((one) => one.lineId === lineId)?.quantity ?? 0
  const tooMany = open.find(({ lineId, quantity }) => wantedOf(lineId) > quantity)
  if (tooMany !== undefined)
    throw new AppError('over_cancel', {
      detail: `at most ${tooMany.quantity} of line ${tooMany.lineId} can be cancelled`,
      extra: { cancellable: open },
    })
  const isOpen = open.some(({ lineId, quantity }) => quantity > wantedOf(lineId))
  const isShipped = [...goods.shipped.values()].some((units) => units > 0)
  return {
    lines: goods.lines.flatMap((line) => {
      const units = wantedOf(line.id)
      if (units === 0) return []
      const refundMinor = lineRefund(goods, line, { before: paidBackUnits(line, goods.returns), units })
      return [{ lineId: line.id, sku: line.sku, name: line.name, quantity: units, refundMinor }]
    }),
    order: isOpen ? 'open' : isShipped ? 'shipped' : 'cancelled',
  }
}

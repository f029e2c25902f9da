// Decides whether an order can be placed: a cart is a wish, not a quote, so prices and stock are judged anew.
import {
  AppError,
  type InternalVariant,
  lineTotal,
  type Money,
  minimumCharge,
  money,
  type OpenCart,
  payableLimit,
  paymentStep,
  plainMoney,
  type Totals,
  totalsOf,
} from '@cartwright/contracts'

export interface DecidedLine {
  sku: string
  name: string
  quantity: number
  unitPrice: Money
  lineTotal: Money
}

/** What is ordered, at which prices. */
export interface Decided {
  lines: DecidedLine[]
  totals: Totals
}

export interface Wish {
  cartVersion: number
  expectedTotal: Money
}

/** The shop's own least totals, by currency, in minor units. */
export type Minimums = Readonly<Record<string, number>>

/** @throws AppError amount_not_payable: an order that nobody can pay would be taken now and cancelled later */
const refuseUnpayable = (total: Money, lines: readonly DecidedLine[], minimums: Minimums): void => {
  const step = paymentStep(total.currency)
  if (lines.some(({ unitPrice }) => unitPrice.amountMinor % step !== 0))
    throw new AppError('amount_not_payable', `prices in ${total.currency} must be multiples of ${step} minor units`, {
      total,
      step,
    })
  const minimum = minimumCharge(total.currency, minimums)
  if (total.amountMinor >= minimum && total.amountMinor <= payableLimit) return
  const plain = (amountMinor: number) => plainMoney(money(amountMinor, total.currency))
  const detail =
    total.amountMinor < minimum
      ? `the least that can be paid is ${plain(minimum)}, and this cart costs ${plain(total.amountMinor)}`
      : `at most ${plain(payableLimit)} can be paid at once`
  throw new AppError('amount_not_payable', detail, { total, minimum, limit: payableLimit })
}

/**
 * @throws AppError cart_empty, cart_changed, unavailable, price_changed, amount_not_payable, out_of_stock
 */
export const decideOrder = (
  wish: Wish,
  cart: OpenCart,
  variants: readonly InternalVariant[],
  minimums: Minimums = {},
): Decided => {
  if (cart.lines.length === 0) throw new AppError('cart_empty')
  if (cart.version !== wish.cartVersion) throw new AppError('cart_changed', undefined, { cartVersion: cart.version })
  const bySku = new Map(variants.map((variant) => [variant.sku, variant]))
  const unavailable = cart.lines.filter(({ sku }) => !bySku.get(sku)?.sellable || bySku.get(sku)?.price === null)
  if (unavailable.length > 0)
    throw new AppError('unavailable', undefined, {
      problems: unavailable.map(({ id, sku }) => ({ code: 'unavailable', lineId: id, sku })),
    })
  const lines = cart.lines.flatMap(({ sku, quantity }) => {
    const variant = bySku.get(sku)
    if (!variant?.price) return []
    return [
      {
        sku,
        name: variant.name,
        quantity,
        unitPrice: variant.price,
        lineTotal: lineTotal({ unitPrice: variant.price, quantity }),
      },
    ]
  })
  const totals = totalsOf(cart.currency, lines)
  const { expectedTotal: expected } = wish
  if (expected.amountMinor !== totals.total.amountMinor || expected.currency !== totals.total.currency) {
    throw new AppError('price_changed', undefined, {
      expected,
      total: totals.total,
      lines: lines.map(({ sku, unitPrice }) => ({ sku, unitPrice })),
    })
  }
  refuseUnpayable(totals.total, lines, minimums)
  const shortages = cart.lines
    .map(({ sku, quantity }) => ({ sku, requested: quantity, available: bySku.get(sku)?.available ?? 0 }))
    .filter(({ requested, available }) => available < requested)
  if (shortages.length > 0) throw new AppError('out_of_stock', undefined, { shortages })
  return { lines, totals }
}

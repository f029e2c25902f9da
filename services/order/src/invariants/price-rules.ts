// Pure rule of invariant I11: what is stored of an order's prices equals what the calculation gives for its frozen input.
import type { AppliedShipping, Order } from '@cartwright/contracts'
import { type PricedCart, type PriceRequest, price } from '@cartwright/pricing'

interface StoredPrices {
  lines: Order['lines']
  totals: PricedCart['totals']
  taxes: Order['taxes']
  shippingOption: AppliedShipping | null
}

/** What the calculation says of a line: it does not know how the goods are shown. */
const pricedPart = ({ id, sku, unitPrice, quantity, lineTotal, discounts, taxes }: Order['lines'][number]) => ({
  id,
  sku,
  unitPrice,
  quantity,
  lineTotal,
  discounts,
  taxes,
})

/** What a price says, with its members in one order: databases may sort those of stored JSON. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )

/** @returns a description of the first difference, or null */
export const findPriceViolation = (stored: StoredPrices, request: PriceRequest): string | null => {
  const { lines, totals, taxes, shipping } = price(request)
  for (const part of ['subtotal', 'shipping', 'tax', 'discount', 'total'] as const) {
    const [is, gives] = [stored.totals[part].amountMinor, totals[part].amountMinor]
    if (is !== gives) return `has a ${part} of ${is}, and its frozen input gives ${gives}`
  }
  if (stored.totals.taxIncluded !== totals.taxIncluded) return 'includes taxes otherwise than its frozen input'
  const storedLines = stored.lines.map(pricedPart)
  const chosen = shipping.option && { ...shipping.option, discounts: shipping.discounts, taxes: shipping.taxes }
  const parts: [string, unknown, unknown][] = [
    ['lines', storedLines, lines],
    ['taxes', stored.taxes, taxes],
    ['shipping option', stored.shippingOption, chosen],
  ]
  const differing = parts.find(([, is, gives]) => textOf(is) !== textOf(gives))
  return differing ? `has other ${differing[0]} than its frozen input gives` : null
}

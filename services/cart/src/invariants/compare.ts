// Compares a cached copy with MySQL: at the same version both must be equal, and a copy is never newer. Pure.
import type { CartState, StockLevel, Variant } from '../db/stored-cart.ts'
import type { CachedCopy } from '../integrations/cart-cache-sample.ts'

export interface Originals {
  /** Open carts by principal. */
  carts: ReadonlyMap<string, CartState>
  variants: ReadonlyMap<string, Variant>
  stock: ReadonlyMap<string, StockLevel>
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
const cartText = ({ id, currency, destination, shippingOptionId, lines, codes }: CartState): string => {
  const parts = lines.toSorted(byId).map((line) => [line.id, line.sku, line.quantity, line.seenMinor])
  const entered = codes.map(({ code, promotionId }) => [code, promotionId])
  return JSON.stringify([id, currency, destination, shippingOptionId, parts, entered])
}
// A copy that an older replica wrote has no tax class and no weight.
const shippingText = ({ taxClass = 'standard', weightGrams = 0, requiresShipping = true }: Variant) => [
  taxClass,
  weightGrams,
  requiresShipping,
]
const variantText = (variant: Variant): string => {
  const { productId, name, imageUrl, prices, sellable } = variant
  const amounts = prices.map(({ amountMinor, currency }) => [amountMinor, currency])
  return JSON.stringify([productId, name, imageUrl, amounts, sellable, shippingText(variant)])
}

/** Subject of a copy, and both sides as text; `original` is null when MySQL has no row. */
const sidesOf = (copy: CachedCopy, originals: Originals) => {
  if (copy.kind === 'cart') {
    const original = originals.carts.get(copy.principalId)
    return {
      subject: `the cart of ${copy.principalId}`,
      copied: copy.value && cartText(copy.value),
      original: original ? { version: original.version, text: cartText(original) } : null,
    }
  }
  if (copy.kind === 'variant') {
    const original = originals.variants.get(copy.sku)
    return {
      subject: `variant ${copy.sku}`,
      copied: copy.value && variantText(copy.value),
      original: original ? { version: original.version, text: variantText(original) } : null,
    }
  }
  const original = originals.stock.get(copy.sku)
  return {
    subject: `stock of ${copy.sku}`,
    copied: copy.value && String(copy.value.available),
    original: original ? { version: original.version, text: String(original.available) } : null,
  }
}

/**
 * Finds the problem of a copy; null when there is none. Older copies are correct: an overwrite may be missed, and the copy expires.
 * Copies of closed carts and marks of removed subjects are correct too.
 */
export const findProblem = (copy: CachedCopy, originals: Originals): { key: string; subject: string; problem: string } | null => {
  const { key } = copy
  const { subject, copied, original } = sidesOf(copy, originals)
  if (copy.expiresMs === -1) return { key, subject, problem: 'is kept for ever' }
  if (copied === null) return null
  if (original === null) return copy.kind === 'cart' ? null : { key, subject, problem: 'is in Redis, and MySQL does not know it' }
  if (copy.version > original.version)
    return { key, subject, problem: `has version ${copy.version} in Redis and ${original.version} in MySQL` }
  if (copy.version < original.version || copied === original.text) return null
  return { key, subject, problem: `holds something else in Redis than in MySQL, at version ${copy.version}` }
}

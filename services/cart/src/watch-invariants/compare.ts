// When a copy of a cart, a price or a stock level contradicts MySQL: at the same version it must say the same, and it is never ahead. Pure.
import type { CartState, StockLevel, Variant } from '../cart.ts'
import type { Copy } from '../db/cache-sample.ts'

export interface Originals {
  /** Open carts by principal. */
  carts: ReadonlyMap<string, CartState>
  variants: ReadonlyMap<string, Variant>
  stock: ReadonlyMap<string, StockLevel>
}

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
const plainCart = ({ id, currency, lines }: CartState): string =>
  JSON.stringify([id, currency, lines.toSorted(byId).map((line) => [line.id, line.sku, line.quantity, line.seenMinor])])
const plainVariant = ({ productId, name, imageUrl, prices, sellable }: Variant): string =>
  JSON.stringify([productId, name, imageUrl, prices.map(({ amountMinor, currency }) => [amountMinor, currency]), sellable])

/** The copy's subject, and both sides as text; `original` null: MySQL knows nothing of it. */
const sidesOf = (copy: Copy, originals: Originals) => {
  if (copy.kind === 'cart') {
    const original = originals.carts.get(copy.principalId)
    return {
      subject: `the cart of ${copy.principalId}`,
      copied: copy.value && plainCart(copy.value),
      original: original ? { version: original.version, says: plainCart(original) } : null,
    }
  }
  if (copy.kind === 'variant') {
    const original = originals.variants.get(copy.sku)
    return {
      subject: `variant ${copy.sku}`,
      copied: copy.value && plainVariant(copy.value),
      original: original ? { version: original.version, says: plainVariant(original) } : null,
    }
  }
  const original = originals.stock.get(copy.sku)
  return {
    subject: `stock of ${copy.sku}`,
    copied: copy.value && String(copy.value.available),
    original: original ? { version: original.version, says: String(original.available) } : null,
  }
}

/**
 * What is wrong with a copy; null when nothing is. Older copies are sound: an overwrite may be missed, and then it expires.
 * So are copies of carts that are closed by now, and marks of what is gone.
 */
export const copyTrouble = (copy: Copy, originals: Originals): { key: string; subject: string; trouble: string } | null => {
  const { key } = copy
  const { subject, copied, original } = sidesOf(copy, originals)
  if (copy.expiresMs === -1) return { key, subject, trouble: 'is kept for ever' }
  if (copied === null) return null
  if (original === null) return copy.kind === 'cart' ? null : { key, subject, trouble: 'is in Redis, and MySQL does not know it' }
  if (copy.version > original.version)
    return { key, subject, trouble: `has version ${copy.version} in Redis and ${original.version} in MySQL` }
  if (copy.version < original.version || copied === original.says) return null
  return { key, subject, trouble: `says something else in Redis than in MySQL, at version ${copy.version}` }
}

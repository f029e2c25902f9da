// I8 and I10: projections and caches match MySQL, and logs hold no secret and no uncaught error.
import type { CachedCopy, FoundProduct } from '../collected-state/copies.ts'
import type { CollectedState, Violation } from '../collected-state/rows.ts'

const comparable = ({ skus, prices, inStock }: FoundProduct): string =>
  JSON.stringify({ skus: skus.toSorted(), prices: Object.entries(prices).toSorted(([a], [b]) => (a < b ? -1 : 1)), inStock })

/** How long Redis may keep an entry after a missed overwrite: a little more than cart's time to live. */
const lagMs = 31_000

/** An entry of the same version is equal, none is newer than MySQL, and an older one expires soon. */
const findMismatch = ({ version, text, expiresMs, original, closable }: CachedCopy): string | null => {
  if (expiresMs < 0) return 'never expires in Redis'
  if (expiresMs > lagMs) return `expires in Redis only after ${Math.round(expiresMs / 1000)} s`
  if (text === null) return null
  if (original === null) return closable ? null : `is in Redis (${text}), and MySQL has no such row`
  if (version > original.version) return `has version ${version} in Redis and ${original.version} in MySQL`
  if (version < original.version || text === original.text) return null
  return `is “${text}” in Redis and “${original.text}” in MySQL, both at version ${version}`
}

/** I8: the search index, cart's projection, cart's cache and the gateway's cache match MySQL. */
export const projections = (collected: CollectedState): Violation[] => {
  const violation = (subject: string, what: string): Violation => ({ invariant: 'I8 projections', subject, what })
  const truth = new Map(collected.products.map((product) => [product.id, product]))
  const indexed = new Map((collected.documents ?? []).map((document) => [document.id, document]))
  const index =
    collected.documents === null
      ? []
      : [
          ...collected.products
            .filter((product) => !indexed.has(product.id))
            .map((product) => violation(product.id, 'the product is not in the search index')),
          ...collected.documents
            .filter((document) => !truth.has(document.id))
            .map((document) => violation(document.id, 'the search index holds a product that is not for sale')),
          ...collected.products.flatMap((product) => {
            const document = indexed.get(product.id)
            return document && comparable(document) !== comparable(product)
              ? [violation(product.id, `the search index says ${comparable(document)}, MySQL says ${comparable(product)}`)]
              : []
          }),
        ]
  const available = new Map(collected.stock.map((level) => [level.sku, level.on_hand - level.reserved]))
  const stockLevels = collected.projectedStock.flatMap(({ where, sku, available: projected }) => {
    const real = available.get(sku)
    return real === undefined || real === projected
      ? []
      : [violation(sku, `${where} says ${projected} are available, MySQL says ${real}`)]
  })
  const copies = collected.cachedCopies.flatMap((copy) => {
    const mismatch = findMismatch(copy)
    return mismatch === null ? [] : [violation(copy.of, mismatch)]
  })
  return [...index, ...stockLevels, ...copies]
}

/** I10: no password, code, token or address in a log, and no unhandled rejection. */
export const logs = (collected: CollectedState): Violation[] =>
  collected.logFindings.map(({ service, what, line }) => ({
    invariant: 'I10 logs',
    subject: service,
    what: `${what}: ${line.slice(0, 300)}`,
  }))

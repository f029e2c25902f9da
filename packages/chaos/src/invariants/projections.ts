// I8 and I10: copies equal the original, and logs hold no secret and no accident.
import type { CachedCopy, FoundProduct } from '../evidence/copies.ts'
import type { Evidence, Violation } from '../evidence/rows.ts'

const plain = ({ skus, prices, inStock }: FoundProduct): string =>
  JSON.stringify({ skus: skus.toSorted(), prices: Object.entries(prices).toSorted(([a], [b]) => (a < b ? -1 : 1)), inStock })

/** How long an overwrite that Redis missed may show; a little more than the cart's time to live. */
const lagMs = 31_000

/** A copy of the same version says the same, none is ahead, and one that is behind is soon forgotten. */
const copyTrouble = ({ version, says, expiresMs, original, closable }: CachedCopy): string | null => {
  if (expiresMs < 0) return 'is kept in Redis for ever'
  if (expiresMs > lagMs) return `is kept in Redis for ${Math.round(expiresMs / 1000)} s`
  if (says === null) return null
  if (original === null) return closable ? null : `is in Redis (${says}), and MySQL does not know it`
  if (version > original.version) return `has version ${version} in Redis and ${original.version} in MySQL`
  if (version < original.version || says === original.says) return null
  return `is “${says}” in Redis and “${original.says}” in MySQL, both at version ${version}`
}

/** I8: the search index, the cart's projection and its Redis, and the gateway's cache say what MySQL says. */
export const projections = (evidence: Evidence): Violation[] => {
  const told = (subject: string, what: string): Violation => ({ invariant: 'I8 projections', subject, what })
  const truth = new Map(evidence.products.map((product) => [product.id, product]))
  const indexed = new Map((evidence.documents ?? []).map((document) => [document.id, document]))
  const index =
    evidence.documents === null
      ? []
      : [
          ...evidence.products
            .filter((product) => !indexed.has(product.id))
            .map((product) => told(product.id, 'shoppers cannot find it: it is not in the search index')),
          ...evidence.documents
            .filter((document) => !truth.has(document.id))
            .map((document) => told(document.id, 'the search index holds a product that is not for sale')),
          ...evidence.products.flatMap((product) => {
            const document = indexed.get(product.id)
            return document && plain(document) !== plain(product)
              ? [told(product.id, `the search index says ${plain(document)}, MySQL says ${plain(product)}`)]
              : []
          }),
        ]
  const available = new Map(evidence.stock.map((level) => [level.sku, level.on_hand - level.reserved]))
  const beliefs = evidence.believedStock.flatMap(({ where, sku, available: believed }) => {
    const real = available.get(sku)
    return real === undefined || real === believed
      ? []
      : [told(sku, `${where} says ${believed} are available, the ledger says ${real}`)]
  })
  const copies = evidence.cachedCopies.flatMap((copy) => {
    const trouble = copyTrouble(copy)
    return trouble === null ? [] : [told(copy.of, trouble)]
  })
  return [...index, ...beliefs, ...copies]
}

/** I10: no password, code, token or address in a log, and no unhandled rejection. */
export const logs = (evidence: Evidence): Violation[] =>
  evidence.logFindings.map(({ service, what, line }) => ({
    invariant: 'I10 logs',
    subject: service,
    what: `${what}: ${line.slice(0, 300)}`,
  }))

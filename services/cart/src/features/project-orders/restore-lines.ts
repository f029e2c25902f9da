// Restores the lines of a cancelled order to the shopper's open cart, or a new one. It counts as a write, because the shopper sees it.
import type { Tx } from '@cartwright/db'
import { hasErased } from '@cartwright/messaging'
import { findShipping, saveLines, updateShipping } from '../../db/carts.ts'
import { insertCodes, listCodes } from '../../db/codes.ts'
import { updateRestored } from '../../db/orders.ts'
import type { CartState, View } from '../../db/stored-cart.ts'
import { listVariants } from '../../db/views.ts'
import type { CartDeps } from '../../deps.ts'
import { codesToAdd, withCodes, withLines } from '../../domain/cart.ts'
import { writeOpenCartIn } from '../../domain/open-cart.ts'
import { type OrderedLine, restoreOrderedLines } from './decide.ts'

interface CancelledOrder {
  orderId: string
  cartId: string
  currency: string
  lines: readonly OrderedLine[]
}

/** The cart with the destination and option of the ordered one, unless the shopper has chosen another destination since. */
const withOrderedShipping = async (tx: Tx, cart: CartState, orderedCartId: string): Promise<CartState> => {
  const ordered = cart.destination === null ? await findShipping(tx, orderedCartId) : null
  if (!ordered?.destination) return cart
  updateShipping(tx, cart.id, ordered)
  return { ...cart, ...ordered }
}

/** The cart with the codes of the ordered one, as far as it takes them. */
const withOrderedCodes = async (tx: Tx, cart: CartState, orderedCartId: string): Promise<CartState> => {
  const ordered = (await listCodes(tx, [orderedCartId])).get(orderedCartId) ?? []
  const codes = codesToAdd(cart, ordered).map((one) => ({ ...one, enteredVersion: cart.version, mergedFrom: null }))
  insertCodes(tx, cart.id, codes)
  return withCodes(cart, codes)
}

/** Does nothing for a closed account. @param principalId owner of the cart that the order took the lines from */
export const restoreLines = async (tx: Tx, principalId: string, order: CancelledOrder, deps: CartDeps): Promise<void> => {
  const { orderId, currency } = order
  if (await hasErased(tx, principalId)) return
  const { cart, views } = await writeOpenCartIn(tx, principalId, { id: deps.newId('crt'), currency })
  const variants = await listVariants(
    tx,
    order.lines.flatMap(({ sku }) => [sku, sku.toUpperCase()]),
  )
  // An old order may spell a SKU in another case than catalog does now.
  const lines = order.lines.map((line) => ({ ...line, sku: variants.has(line.sku) ? line.sku : line.sku.toUpperCase() }))
  const projected = [...variants].map(([sku, variant]): [string, View] => [sku, { variant, stock: null }])
  const { changed, leftOut } = restoreOrderedLines(cart, lines, new Map([...projected, ...views]), () => deps.newId('lin'))
  saveLines(tx, cart.id, changed)
  const restored = await withOrderedCodes(tx, await withOrderedShipping(tx, withLines(cart, changed), order.cartId), order.cartId)
  updateRestored(tx, orderId)
  tx.afterCommit(() => void deps.cache.putCart(principalId, restored))
  if (leftOut.length > 0)
    deps.log.info(
      { orderId, cartId: cart.id, skus: leftOut },
      'cart: limits of the cart prevent restoring all lines of a cancelled order',
    )
}

// Puts the lines of a cancelled order into the shopper's open cart, or a new one. It counts as a write, since she sees it.
import type { Tx } from '@cartwright/db'
import { hasErased } from '@cartwright/messaging'
import { type View, withLines } from '../cart.ts'
import { saveLines, writeOpenCartIn } from '../db/carts.ts'
import { updateGivenBack } from '../db/orders.ts'
import { listVariants } from '../db/views.ts'
import type { CartDeps } from '../deps.ts'
import { givenBack, type OrderedLine } from './decide.ts'

export interface CancelledOrder {
  orderId: string
  currency: string
  lines: readonly OrderedLine[]
}

/** Nothing for an account that is closed. @param principalId whose cart the order took the lines from */
export const giveBack = async (tx: Tx, principalId: string, order: CancelledOrder, deps: CartDeps): Promise<void> => {
  const { orderId, currency } = order
  if (await hasErased(tx, principalId)) return
  const { cart, views } = await writeOpenCartIn(tx, principalId, { id: deps.newId('crt'), currency })
  const variants = await listVariants(
    tx,
    order.lines.flatMap(({ sku }) => [sku, sku.toUpperCase()]),
  )
  // An order of an older shop may spell a SKU in another case than the catalog does now.
  const lines = order.lines.map((line) => ({ ...line, sku: variants.has(line.sku) ? line.sku : line.sku.toUpperCase() }))
  const known = [...variants].map(([sku, variant]): [string, View] => [sku, { variant, stock: null }])
  const { changed, leftOut } = givenBack(cart, lines, new Map([...known, ...views]), () => deps.newId('lin'))
  saveLines(tx, cart.id, changed)
  updateGivenBack(tx, orderId)
  tx.afterCommit(() => void deps.cache.putCart(principalId, withLines(cart, changed)))
  if (leftOut.length > 0)
    deps.log.info({ orderId, cartId: cart.id, skus: leftOut }, 'the cart is too full for everything that an order gives back')
}

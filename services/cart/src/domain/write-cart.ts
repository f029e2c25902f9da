// Shell of every write of a shopper: lock and increment, change, commit, refresh the cache, answer the whole cart.
import { AppError, type Cart, catalogApi } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import type { Principal } from '@cartwright/service-kit'
import { type OpenCart, updateCurrency } from '../db/carts.ts'
import type { CartState } from '../db/stored-cart.ts'
import { insertVariantsFromCatalog, isUnknown } from '../db/views.ts'
import type { CartDeps } from '../deps.ts'
import { assertPayable, defaultCurrency, type Views } from './cart.ts'
import { writeOpenCart } from './open-cart.ts'
import { type CartReader, showCart } from './show-cart.ts'

/** The projection lacks these SKUs: the transaction is rolled back and repeated after a read from catalog. */
class UnknownSkusError extends Error {
  readonly skus: readonly string[]
  readonly currency: string
  /** The projection as the transaction has read it. */
  readonly views: Views

  constructor(skus: readonly string[], currency: string, views: Views) {
    super('the projection does not know these SKUs yet')
    this.name = 'UnknownSkus'
    this.skus = skus
    this.currency = currency
    this.views = views
  }
}

export interface Change {
  /** A SKU that the change needs and that may not be in the cart. */
  sku?: string
  /** New currency of the cart. */
  currency?: string | undefined
  apply(tx: Tx, open: OpenCart): Promise<CartState>
}

const runChange = (principal: Principal, change: Change, mayReadCatalog: boolean, deps: CartDeps): Promise<OpenCart> =>
  deps.db.tx(async (tx) => {
    const fresh = { id: deps.newId('crt'), currency: change.currency ?? defaultCurrency }
    const open = await writeOpenCart(tx, principal.id, fresh, change.sku)
    const currency = change.currency ?? open.cart.currency
    const needed = currency === open.cart.currency ? [] : open.cart.lines.map((line) => line.sku)
    const unknown = [...needed, ...(change.sku === undefined ? [] : [change.sku])].filter((sku) =>
      isUnknown(open.views.get(sku), currency),
    )
    if (mayReadCatalog && unknown.length > 0) throw new UnknownSkusError(unknown, currency, open.views)
    if (currency !== open.cart.currency) updateCurrency(tx, open.cart.id, currency)
    const cart = await change.apply(tx, open)
    assertPayable(open.cart, cart, open.views)
    return { cart, views: open.views }
  })

/** Reads unknown SKUs from catalog. @throws AppError sku_unknown when the requested SKU is not sold, upstream_unavailable */
const readFromCatalog = async (
  principal: Principal,
  { skus, currency, views }: UnknownSkusError,
  requested: string | undefined,
  deps: CartDeps,
): Promise<void> => {
  const answer = await deps.services.catalog.read(
    catalogApi.internalVariants,
    { query: { skus: skus.join(','), currency } },
    { onBehalfOf: principal },
  )
  if (answer === null) throw new AppError('upstream_unavailable')
  const isSold = (sku: string) => answer.items.some((item) => item.sku === sku && item.sellable)
  if (requested !== undefined && skus.includes(requested) && !isSold(requested)) throw new AppError('sku_unknown')
  if (answer.items.length === 0) return
  await deps.db.tx((tx) => insertVariantsFromCatalog(tx, answer.items, views))
}

const changeCart = async (principal: Principal, change: Change, deps: CartDeps): Promise<OpenCart> => {
  try {
    return await runChange(principal, change, true, deps)
  } catch (error) {
    if (!(error instanceof UnknownSkusError)) throw error
    await readFromCatalog(principal, error, change.sku, deps)
    return runChange(principal, change, false, deps)
  }
}

/** Runs a change of the shopper's open cart. @returns the whole cart at current prices */
export const writeCart = async (request: CartReader, change: Change, deps: CartDeps): Promise<Cart> => {
  const { principal } = request
  const open = await changeCart(principal, change, deps)
  await deps.cache.putCart(principal.id, open.cart)
  return showCart(open, request, deps)
}

// The shell of every write by a shopper: lock and count, change, commit, refresh the cache, answer the whole cart.
import { AppError, type Cart, catalogApi } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import type { Principal } from '@cartwright/service-kit'
import { type CartState, defaultCurrency, priceCart, type Views } from '../cart.ts'
import { type OpenCart, updateCurrency, writeOpenCart } from '../db/carts.ts'
import { isUnknown, learnVariants } from '../db/views.ts'
import type { CartDeps } from '../deps.ts'
import { refuseUnpayable } from './decide.ts'

/** The projection lacks these SKUs; the transaction is rolled back, catalog is asked, and it runs again. */
class UnknownSkus extends Error {
  readonly skus: readonly string[]
  readonly currency: string
  /** What was known when the transaction looked. */
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
  /** A SKU that the change needs although it may not be in the cart. */
  sku?: string
  /** The cart takes this currency. */
  currency?: string | undefined
  apply(tx: Tx, open: OpenCart): Promise<CartState>
}

const attempt = (principal: Principal, change: Change, mayAsk: boolean, deps: CartDeps): Promise<OpenCart> =>
  deps.db.tx(async (tx) => {
    const fresh = { id: deps.newId('crt'), currency: change.currency ?? defaultCurrency }
    const open = await writeOpenCart(tx, principal.id, fresh, change.sku)
    const currency = change.currency ?? open.cart.currency
    const needed = currency === open.cart.currency ? [] : open.cart.lines.map((line) => line.sku)
    const unknown = [...needed, ...(change.sku === undefined ? [] : [change.sku])].filter((sku) =>
      isUnknown(open.views.get(sku), currency),
    )
    if (mayAsk && unknown.length > 0) throw new UnknownSkus(unknown, currency, open.views)
    if (currency !== open.cart.currency) updateCurrency(tx, open.cart.id, currency)
    const cart = await change.apply(tx, open)
    refuseUnpayable(open.cart, cart, open.views)
    return { cart, views: open.views }
  })

/** Asks catalog. @throws AppError sku_unknown when the wanted SKU is not sold there either, upstream_unavailable */
const learn = async (
  principal: Principal,
  { skus, currency, views }: UnknownSkus,
  wanted: string | undefined,
  deps: CartDeps,
): Promise<void> => {
  const answer = await deps.services.catalog.read(
    catalogApi.internalVariants,
    { query: { skus: skus.join(','), currency } },
    { onBehalfOf: principal },
  )
  if (answer === null) throw new AppError('upstream_unavailable')
  const isSold = (sku: string) => answer.items.some((item) => item.sku === sku && item.sellable)
  if (wanted !== undefined && skus.includes(wanted) && !isSold(wanted)) throw new AppError('sku_unknown')
  if (answer.items.length === 0) return
  await deps.db.tx((tx) => learnVariants(tx, answer.items, views))
}

const changed = async (principal: Principal, change: Change, deps: CartDeps): Promise<OpenCart> => {
  try {
    return await attempt(principal, change, true, deps)
  } catch (error) {
    if (!(error instanceof UnknownSkus)) throw error
    await learn(principal, error, change.sku, deps)
    return attempt(principal, change, false, deps)
  }
}

/** Runs a change of the shopper's open cart. @returns the whole cart at current prices */
export const writeCart = async (principal: Principal, change: Change, deps: CartDeps): Promise<Cart> => {
  const { cart, views } = await changed(principal, change, deps)
  await deps.cache.putCart(principal.id, cart)
  return priceCart(cart, views, deps.shared.publicUrl)
}

// Route that merges a guest's cart into the customer's after sign-in, once: the same transaction closes the guest's cart.
import { AppError, type CartProblem, cartApi } from '@cartwright/contracts'
import type { Principal } from '@cartwright/service-kit'
import { closeCart, lockOpenCart, type OpenCart, saveLines, updateShipping } from '../../db/carts.ts'
import { insertCodes } from '../../db/codes.ts'
import { findLastProblems, insertMerge } from '../../db/merges.ts'
import type { View } from '../../db/stored-cart.ts'
import { type CartDeps, route } from '../../deps.ts'
import { defaultCurrency, withCodes, withLines } from '../../domain/cart.ts'
import { findOrOpenCart, getOpenCart, writeOpenCartIn } from '../../domain/open-cart.ts'
import { showCart } from '../../domain/show-cart.ts'
import { decideMerge, mergedCodes, mergedShipping } from './decide.ts'

interface MergeResult {
  guestVersion: number
  /** The customer's cart after the merge; null when the guest's cart was empty. */
  open: OpenCart | null
  problems: readonly CartProblem[]
}

/** Locks the guest's cart first, then the customer's. @returns null when the guest has no open cart */
const mergeCarts = (customer: Principal, guest: Principal, deps: CartDeps): Promise<MergeResult | null> =>
  deps.db.tx(async (tx) => {
    const locked = await lockOpenCart(tx, guest.id)
    if (locked === null) return null
    const guestCart = await getOpenCart(tx, guest.id)
    closeCart(tx, locked.id, customer.id)
    if (guestCart.cart.lines.length + guestCart.cart.codes.length === 0)
      return { guestVersion: locked.version, open: null, problems: [] }
    const own = await writeOpenCartIn(tx, customer.id, { id: deps.newId('crt'), currency: guestCart.cart.currency })
    const views = new Map<string, View>([...guestCart.views, ...own.views])
    const { changed, problems: lineProblems, taken } = decideMerge(own.cart, guestCart.cart, views)
    const { codes, problems: codeProblems } = mergedCodes(own.cart, guestCart.cart)
    const problems = [...lineProblems, ...codeProblems]
    const cart = { ...withCodes(withLines(own.cart, changed), codes), ...mergedShipping(own.cart, guestCart.cart) }
    saveLines(tx, cart.id, changed)
    insertCodes(tx, cart.id, codes)
    updateShipping(tx, cart.id, cart)
    insertMerge(tx, { guestCartId: locked.id, guestId: guest.id, principalId: customer.id, problems, taken })
    return { guestVersion: locked.version, open: { cart, views }, problems }
  })

export const mergeCart = route(cartApi.mergeCart, async ({ request, deps }) => {
  const { principal: customer } = request
  const guest = await deps.verifyAccess(request.body.guestAccessToken)
  if (guest.role !== 'guest') throw new AppError('forbidden', { detail: 'only the cart of a guest can be taken over' })
  const merged = await mergeCarts(customer, guest, deps)
  if (merged) await deps.cache.putClosed(guest.id, merged.guestVersion)
  if (merged?.open) await deps.cache.putCart(customer.id, merged.open.cart)
  const open = merged?.open ?? (await findOrOpenCart(deps.db, customer.id, { id: deps.newId('crt'), currency: defaultCurrency }))
  // A repeated call answers the problems of the merge again.
  const mergeProblems = merged ? merged.problems : await findLastProblems(deps.db, guest.id, customer.id)
  const answer = await showCart(open, request, deps)
  return { ...answer, problems: [...answer.problems, ...mergeProblems] }
})

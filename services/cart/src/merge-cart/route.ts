// Takes a guest's cart over after signing in, once: the guest's cart is closed in the same transaction, so there is nothing to take a second time.
import { AppError, type CartProblem, cartApi } from '@cartwright/contracts'
import { type Principal, route } from '@cartwright/service-kit'
import { defaultCurrency, priceCart, type View, withLines } from '../cart.ts'
import { closeCart, findOrOpenCart, getOpenCart, lockOpenCart, type OpenCart, saveLines, writeOpenCartIn } from '../db/carts.ts'
import { insertMerge } from '../db/merges.ts'
import type { CartDeps } from '../deps.ts'
import { decideMerge } from './decide.ts'

interface Taken {
  guestVersion: number
  /** The customer's cart after it; null when the guest's was empty. */
  open: OpenCart | null
  problems: readonly CartProblem[]
}

/** Locks the guest's cart first, then the customer's. @returns null when there is no guest cart left to take */
const take = (customer: Principal, guest: Principal, deps: CartDeps): Promise<Taken | null> =>
  deps.db.tx(async (tx) => {
    const locked = await lockOpenCart(tx, guest.id)
    if (locked === null) return null
    const theirs = await getOpenCart(tx, guest.id)
    closeCart(tx, locked.id, customer.id)
    if (theirs.cart.lines.length === 0) return { guestVersion: locked.version, open: null, problems: [] }
    const own = await writeOpenCartIn(tx, customer.id, { id: deps.newId('crt'), currency: theirs.cart.currency })
    const views = new Map<string, View>([...theirs.views, ...own.views])
    const { changed, problems, taken } = decideMerge(own.cart, theirs.cart, views)
    saveLines(tx, own.cart.id, changed)
    insertMerge(tx, { guestCartId: locked.id, guestId: guest.id, principalId: customer.id, problems, taken })
    return { guestVersion: locked.version, open: { cart: withLines(own.cart, changed), views }, problems }
  })

/** What the last merge of this guest left out, so that a repeated call tells it again. */
const toldBefore = async (customer: Principal, guest: Principal, deps: CartDeps): Promise<CartProblem[]> => {
  const last = await deps.prisma.cartMerge.findFirst({
    where: { guestId: guest.id, principalId: customer.id },
    orderBy: { createdAt: 'desc' },
    select: { problems: true },
  })
  return last ? (JSON.parse(last.problems) as CartProblem[]) : []
}

export const mergeCart = route(cartApi.mergeCart, async (req, deps: CartDeps) => {
  const { principal: customer } = req
  const guest = await deps.verifyAccess(req.body.guestAccessToken)
  if (guest.role !== 'guest') throw new AppError('forbidden', 'only the cart of a guest can be taken over')
  const taken = await take(customer, guest, deps)
  if (taken) await deps.cache.putClosed(guest.id, taken.guestVersion)
  if (taken?.open) await deps.cache.putCart(customer.id, taken.open.cart)
  const { cart, views } =
    taken?.open ?? (await findOrOpenCart(deps.db, customer.id, { id: deps.newId('crt'), currency: defaultCurrency }))
  const told = taken ? taken.problems : await toldBefore(customer, guest, deps)
  const answer = priceCart(cart, views, deps.shared.publicUrl)
  return { ...answer, problems: [...answer.problems, ...told] }
})

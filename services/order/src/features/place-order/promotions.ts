// Uses and first orders in the transaction that places an order.
import type { AppliedDiscount, PriceRules } from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import type { Principal } from '@cartwright/service-kit'
import { hasOrderedBefore } from '../../db/orders.ts'
import { countUses, insertUses } from '../../db/promotion-uses.ts'
import type { OrderDeps } from '../../deps.ts'
import { holderOf, type PromotionFacts, usesOf } from '../../domain/promotion-uses.ts'
import { lockHolder } from './unpaid.ts'

/** Who orders: uses and first orders are counted by it. */
export interface Buyer {
  principal: Principal
  email: string
}

/** A use was taken, or an order placed, since the checkout was decided: it must be decided again. */
export class OutdatedDecision extends Error {}

/**
 * Checks again, with the holder locked, that a discount for first orders goes to one: of two first orders at once, the second waits here.
 * Call it before the order is written.
 * @throws OutdatedDecision
 */
export const assertFirstOrder = async (
  tx: Tx,
  { principal, email }: Buyer,
  { discounts }: { discounts: readonly AppliedDiscount[] },
  { promotions }: PriceRules,
  { shared }: OrderDeps,
): Promise<void> => {
  const isForFirst = promotions.some(
    ({ id, conditions }) => conditions.firstOrder && discounts.some(({ promotionId }) => promotionId === id),
  )
  if (!isForFirst) return
  lockHolder(tx, principal.id)
  lockHolder(tx, holderOf(shared.internalAuthSecret, { id: principal.id, role: 'guest' }, email))
  if (await hasOrderedBefore(tx, principal.id, email)) throw new OutdatedDecision('this is not the first order any more')
}

/**
 * Takes one use of every promotion that took something off. Its counters are the last rows that the transaction locks, since the orders of
 * a popular promotion wait for them.
 * @throws OutdatedDecision when a limit is reached
 */
export const takeUses = async (
  tx: Tx,
  order: { orderId: string; buyer: Buyer; discounts: readonly AppliedDiscount[] },
  limits: { promotions: PriceRules['promotions']; codes: PromotionFacts['codes'] },
  deps: OrderDeps,
): Promise<void> => {
  const { orderId, buyer, discounts } = order
  if (discounts.length === 0) return
  const holder = holderOf(deps.shared.internalAuthSecret, buyer.principal, buyer.email)
  const { uses, counters } = usesOf({ orderId, holder, discounts }, limits)
  insertUses(tx, uses)
  if (!(await countUses(tx, counters))) throw new OutdatedDecision('a promotion was used up')
}

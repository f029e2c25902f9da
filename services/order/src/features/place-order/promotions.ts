// What decides promotions beside the rules: codes that are known, uses that are left, and whether this is the first order.
import {
  AppError,
  type AppliedDiscount,
  catalogApi,
  type InternalPromotionCode,
  type OpenCart,
  type PriceRules,
} from '@cartwright/contracts'
import type { Tx } from '@cartwright/db'
import type { Principal } from '@cartwright/service-kit'
import { hasOrderedBefore } from '../../db/orders.ts'
import { countUses, findFull, insertUses } from '../../db/promotion-uses.ts'
import type { OrderDeps } from '../../deps.ts'
import { holderOf, limitedCounters, type PromotionFacts, usedUpBy, usesOf } from '../../domain/promotion-uses.ts'
import { lockHolder } from './unpaid.ts'

/** Who orders: uses and first orders are counted by it. */
export interface Buyer {
  principal: Principal
  email: string
}

/** A use was taken, or an order placed, since the checkout was decided: it must be decided again. */
export class OutdatedDecision extends Error {}

const readCodes = async ({ codes }: OpenCart, principal: Principal, deps: OrderDeps): Promise<InternalPromotionCode[]> => {
  if (codes.length === 0) return []
  const query = { codes: codes.map(({ code }) => code).join(',') }
  const answer = await deps.services.catalog.read(catalogApi.internalPromotionCodes, { query }, { onBehalfOf: principal })
  if (answer === null) throw new AppError('upstream_unavailable')
  return answer.items
}

const holder = ({ principal, email }: Buyer, { shared }: OrderDeps): string =>
  holderOf(shared.internalAuthSecret, principal, email)

/** @throws AppError upstream_unavailable when catalog cannot look the codes up */
export const readPromotionFacts = async (
  cart: OpenCart,
  buyer: Buyer,
  { promotions }: PriceRules,
  deps: OrderDeps,
): Promise<PromotionFacts> => {
  const codes = await readCodes(cart, buyer.principal, deps)
  const limited = limitedCounters(holder(buyer, deps), { promotions: promotions.filter(({ limits }) => limits), codes })
  const asksForFirst = promotions.some(({ conditions }) => conditions.firstOrder)
  return {
    codes,
    usedUp: usedUpBy(await findFull(deps.db, limited), codes),
    isFirstOrder: asksForFirst ? !(await hasOrderedBefore(deps.db, buyer.principal.id, buyer.email)) : null,
  }
}

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
  const { uses, counters } = usesOf({ orderId, holder: holder(buyer, deps), discounts }, limits)
  insertUses(tx, uses)
  if (!(await countUses(tx, counters))) throw new OutdatedDecision('a promotion was used up')
}

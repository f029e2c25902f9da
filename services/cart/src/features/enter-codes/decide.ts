// Decides whether a code can be entered into a cart: it must take something off, or be there already. Pure.
import { AppError, type CodeProblem, codeLimit, type InternalPromotionCode } from '@cartwright/contracts'
import type { PricedCart } from '@cartwright/pricing'
import type { CartCode, CartState } from '../../db/stored-cart.ts'

const refuse = (promotionCode: string, reason: CodeProblem): never => {
  throw new AppError('code_not_applicable', { extra: { promotionCode, reason } })
}

/**
 * @param price prices the cart with the code
 * @returns the code as it is to be stored; null when the cart has it already
 * @throws AppError code_not_applicable, cart_limit
 */
export const decideCode = (
  cart: CartState,
  { code, promotionId }: Pick<InternalPromotionCode, 'code' | 'promotionId'>,
  price: (code: CartCode) => PricedCart,
): CartCode | null => {
  if (cart.codes.some((one) => one.code === code && one.promotionId === promotionId)) return null
  // A code whose promotion was removed may belong to another one since: it replaces itself.
  const others = cart.codes.filter((one) => one.code !== code)
  if (others.some((one) => one.promotionId === promotionId)) return refuse(code, 'not_combinable')
  if (others.length >= codeLimit)
    throw new AppError('cart_limit', { detail: `a cart takes at most ${codeLimit} promotion codes`, extra: { limit: codeLimit } })
  const entered = { code, promotionId, enteredVersion: cart.version, mergedFrom: null }
  for (const problem of price(entered).problems)
    if (problem.code === 'code_not_applicable' && problem.promotionCode === code) return refuse(code, problem.reason)
  return entered
}

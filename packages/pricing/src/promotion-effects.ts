// What each kind of promotion takes off, in minor units: off each line, and off shipping.
import type { Promotion, PromotionEffect } from '@cartwright/contracts'
import { distribute, percentOf } from './rounding.ts'
import type { PriceLine } from './types.ts'

/** A cart while promotions are applied to it: what the earlier ones have left to pay. */
export interface Payable {
  lines: readonly PriceLine[]
  /** By line. */
  left: readonly number[]
  shippingLeft: number
  currency: string
  /** Smallest step in which the currency can be charged; discounts are multiples of it. */
  step: number
}

export interface Reduction {
  /** By line. */
  lines: readonly number[]
  shipping: number
}

/** Whether the promotion means this line. Without conditions on lines it means all. */
const meansLine = ({ conditions: { categoryIds, skus } }: Promotion, line: PriceLine): boolean =>
  (categoryIds === undefined && skus === undefined) ||
  skus?.includes(line.sku) === true ||
  (line.categoryIds?.some((id) => categoryIds?.includes(id)) ?? false)

/** By line: whether the promotion means it. */
export const meantLines = (promotion: Promotion, lines: readonly PriceLine[]): readonly boolean[] =>
  lines.map((line) => meansLine(promotion, line))

type EffectOf<Kind extends PromotionEffect['kind']> = Extract<PromotionEffect, { kind: Kind }>

const percentOff = ({ percent }: EffectOf<'percent'>, meant: readonly boolean[], { left, step }: Payable): number[] =>
  left.map((amount, index) => (meant[index] ? percentOf(amount, percent, step) : 0))

/** Distributes one amount over the lines in proportion to what is left of them, by the largest remainder. */
const fixedOff = (
  { amounts }: EffectOf<'fixed_amount'>,
  meant: readonly boolean[],
  { lines, left, currency, step }: Payable,
): number[] => {
  const amount = amounts.find((candidate) => candidate.currency === currency)?.amountMinor ?? 0
  const weights = lines.map(({ id }, index) => ({ key: id, weight: meant[index] ? Math.floor((left[index] ?? 0) / step) : 0 }))
  const most = weights.reduce((sum, { weight }) => sum + weight, 0) * step
  return distribute(Math.min(amount - (amount % step), most), weights, step)
}

/** Discounts the cheapest units among the lines that are meant. */
const buySomeGetSome = (
  { buyQuantity, getQuantity, percent }: EffectOf<'buy_x_get_y'>,
  meant: readonly boolean[],
  { lines, left, step }: Payable,
): number[] => {
  const among = lines.map((line, index) => ({ line, index })).filter(({ index }) => meant[index])
  const units = among.reduce((sum, { line }) => sum + line.quantity, 0)
  let free = Math.floor(units / (buyQuantity + getQuantity)) * getQuantity
  const off = lines.map(() => 0)
  const price = (line: PriceLine) => line.unitPrice.amountMinor
  for (const { line, index } of among.sort((a, b) => price(a.line) - price(b.line) || (a.line.id < b.line.id ? -1 : 1))) {
    const discounted = Math.min(free, line.quantity)
    free -= discounted
    off[index] = Math.min(left[index] ?? 0, percentOf(price(line) * discounted, percent, step))
  }
  return off
}

/** What a promotion takes off now. */
export const reductionOf = ({ effect }: Promotion, meant: readonly boolean[], cart: Payable): Reduction => {
  switch (effect.kind) {
    case 'percent':
      return { lines: percentOff(effect, meant, cart), shipping: 0 }
    case 'fixed_amount':
      return { lines: fixedOff(effect, meant, cart), shipping: 0 }
    case 'buy_x_get_y':
      return { lines: buySomeGetSome(effect, meant, cart), shipping: 0 }
    case 'free_shipping':
      return { lines: cart.lines.map(() => 0), shipping: cart.shippingLeft }
  }
}

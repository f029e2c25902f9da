// What refunds credit: each part of an order's total with its own taxes, never more than was sold, and exactly the amount. Pure.
import { type AppliedTax, money, type Order } from '@cartwright/contracts'
import { distribute, proportion } from '@cartwright/pricing'
import type { RefundCredit } from '../db/json-columns.ts'
import { lineRefund, paidFor } from './line-refund.ts'

type Part = RefundCredit['parts'][number]
export type CreditedLine = RefundCredit['lines'][number]

/** The price of an order, as it was placed. */
export interface Sale {
  lines: Order['lines']
  taxIncluded: boolean
  /** Of the whole order. */
  taxes: readonly AppliedTax[]
  total: { amountMinor: number; currency: string }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
const amountOf = (parts: readonly Part[]): number => sum(parts.map(({ amountMinor }) => amountMinor))
const taxOf = (taxes: readonly AppliedTax[]): number => sum(taxes.map(({ amount }) => amount.amountMinor))
const taxKey = ({ rate, name }: Pick<AppliedTax, 'rate' | 'name'>): string => `${rate} ${name}`

/** Adds or subtracts taxes of the same name and rate. */
const combine = (taxes: readonly AppliedTax[], others: readonly AppliedTax[], sign: 1 | -1): AppliedTax[] => {
  const sums = new Map(taxes.map((tax) => [taxKey(tax), tax]))
  for (const other of others) {
    const { base, amount } = sums.get(taxKey(other)) ?? {
      base: money(0, other.base.currency),
      amount: money(0, other.base.currency),
    }
    sums.set(taxKey(other), {
      ...other,
      base: money(base.amountMinor + sign * other.base.amountMinor, base.currency),
      amount: money(amount.amountMinor + sign * other.amount.amountMinor, base.currency),
    })
  }
  return [...sums.values()]
}

const isAnything = ({ base, amount }: AppliedTax): boolean => base.amountMinor !== 0 || amount.amountMinor !== 0

/** What is no line: shipping. Its share of each rate is a part of its own, unless several taxes are on one base. */
const otherParts = (amountMinor: number, taxes: readonly AppliedTax[]): Part[] => {
  const shares = taxes.map((tax) => ({
    of: `other ${taxKey(tax)}`,
    amountMinor: tax.base.amountMinor + tax.amount.amountMinor,
    taxes: [tax],
  }))
  const untaxed = amountMinor - amountOf(shares)
  if (untaxed < 0) return [{ of: 'other', amountMinor, taxes: [...taxes] }]
  return [...shares, { of: 'other', amountMinor: untaxed, taxes: [] }]
}

/** The parts of an order's total. They and their taxes add up to it. */
const partsOf = ({ lines, taxIncluded, taxes, total }: Sale): Part[] => {
  const ofLines = lines.map((line) => ({ of: line.id, amountMinor: paidFor(line, taxIncluded), taxes: line.taxes }))
  const otherTaxes = ofLines.reduce<AppliedTax[]>((left, part) => combine(left, part.taxes, -1), [...taxes]).filter(isAnything)
  return [...ofLines, ...otherParts(total.amountMinor - amountOf(ofLines), otherTaxes)].filter(
    ({ amountMinor }) => amountMinor > 0,
  )
}

/** What is left of the parts after credits. */
const without = (parts: readonly Part[], credited: readonly Part[]): Part[] =>
  parts.map((part) => {
    const gone = credited.filter(({ of }) => of === part.of)
    return {
      of: part.of,
      amountMinor: part.amountMinor - amountOf(gone),
      taxes: gone.reduce((left, { taxes }) => combine(left, taxes, -1), part.taxes),
    }
  })

/**
 * A share of what is left of a part. Tax is rounded once, and the base is what remains, so both add up to the share; the last share takes
 * exactly the rest.
 */
const shareOf = ({ of, amountMinor: whole, taxes }: Part, amountMinor: number): Part => {
  const tax = proportion(taxOf(taxes), amountMinor, whole)
  const weights = taxes.map((one) => ({ key: taxKey(one), weight: one.amount.amountMinor }))
  const net = whole - taxOf(taxes)
  const shares = distribute(tax, weights)
  return {
    of,
    amountMinor,
    taxes: taxes.map(({ name, rate, base, amount }, index) => {
      const { currency } = amount
      const ofBase = base.amountMinor === net ? amountMinor - tax : proportion(base.amountMinor, amountMinor, whole)
      return { name, rate, base: money(ofBase, currency), amount: money(shares[index] ?? 0, currency) }
    }),
  }
}

/** Distributes an amount over what is left of parts, and at most that. @param wanted weights by part; what is left when left out */
const take = (left: readonly Part[], amountMinor: number, wanted?: ReadonlyMap<string, number>): Map<string, number> => {
  const weights = left.map(({ of, amountMinor: most }) => ({
    key: of,
    weight: Math.min(most, wanted?.get(of) ?? (wanted ? 0 : most)),
  }))
  const shares = distribute(Math.min(amountMinor, sum(weights.map(({ weight }) => weight))), weights)
  return new Map(left.map(({ of }, index) => [of, shares[index] ?? 0]))
}

const lessen = (left: readonly Part[], taken: ReadonlyMap<string, number>): Part[] =>
  left.map((part) => ({ ...part, amountMinor: part.amountMinor - (taken.get(part.of) ?? 0) }))
const total = (taken: ReadonlyMap<string, number>): number => sum([...taken.values()])

/** Goods with what is paid back for them: in proportion when less than their price is refunded. */
const paidLines = (goods: readonly CreditedLine[], amountMinor: number): CreditedLine[] => {
  const owed = sum(goods.map(({ refundMinor }) => refundMinor))
  if (owed <= amountMinor) return [...goods]
  const weights = goods.map(({ lineId, refundMinor }, index) => ({ key: `${lineId} ${index}`, weight: refundMinor }))
  const shares = distribute(amountMinor, weights)
  return goods.map((line, index) => ({ ...line, refundMinor: shares[index] ?? 0 }))
}

/** Units of each line that are kept, at their price: what the refund of a cancelled order pays for. */
export const keptGoods = ({ lines, taxIncluded, total: { currency } }: Sale): CreditedLine[] =>
  lines.flatMap((line) => {
    const { id, sku, name, quantity, cancelledQuantity: before } = line
    const units = quantity - before
    if (units === 0) return []
    return [
      { lineId: id, sku, name, quantity: units, refundMinor: lineRefund({ taxIncluded, currency }, line, { before, units }) },
    ]
  })

/**
 * What a refund credits. Goods are credited from their lines; what is paid beyond their price comes from shipping first. A free amount, and
 * what is missing of a line because an earlier free amount has credited it, is proportional to all that is left.
 * @param earlier credits that stand or are on their way
 * @param goods with what is owed for them; empty for a free amount
 */
export const creditFor = (
  sale: Sale,
  earlier: readonly RefundCredit[],
  { amountMinor, goods }: { amountMinor: number; goods: readonly CreditedLine[] },
): RefundCredit => {
  const left = without(
    partsOf(sale),
    earlier.flatMap(({ parts }) => parts),
  )
  const owed = new Map<string, number>()
  for (const { lineId, refundMinor } of goods) owed.set(lineId, (owed.get(lineId) ?? 0) + refundMinor)
  const ofGoods = take(left, amountMinor, owed)
  const others = new Map(
    left.filter(({ of }) => !sale.lines.some(({ id }) => id === of)).map((part) => [part.of, part.amountMinor]),
  )
  const beyond = goods.length === 0 ? 0 : Math.max(0, amountMinor - total(owed))
  const ofShipping = take(left, beyond, others)
  const ofRest = take(lessen(lessen(left, ofGoods), ofShipping), amountMinor - total(ofGoods) - total(ofShipping))
  const takenOf = (of: string) => sum([ofGoods, ofShipping, ofRest].map((taken) => taken.get(of) ?? 0))
  const parts = left.flatMap((part) => (takenOf(part.of) === 0 ? [] : [shareOf(part, takenOf(part.of))]))
  const missing = amountMinor - amountOf(parts)
  // More than the order's total was captured, and comes back.
  return {
    lines: paidLines(goods, amountMinor),
    parts: missing === 0 ? parts : [...parts, { of: 'beyond', amountMinor: missing, taxes: [] }],
  }
}

/** What is left of an order's total after credits, in minor units. */
export const uncredited = (sale: Sale, credits: readonly RefundCredit[]): number =>
  sale.total.amountMinor - amountOf(credits.flatMap(({ parts }) => parts))

/** The taxes that a credit holds, each name and rate once, highest rate first. */
export const taxesOfCredit = ({ parts }: RefundCredit): AppliedTax[] =>
  parts
    .reduce<AppliedTax[]>((taxes, part) => combine(taxes, part.taxes, 1), [])
    .filter(isAnything)
    .sort((a, b) => b.rate - a.rate || (a.name < b.name ? -1 : 1))

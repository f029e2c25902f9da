// Script of one shopper, drawn from the seed before the run begins: the same seed gives the same scripts.
import { cards } from '@cartwright/shop/test-shop'
import type { Random } from '../random.ts'

export type Ending =
  | 'pay'
  | 'decline-then-pay'
  | 'walk-away'
  | 'cancel-at-once'
  | 'cancel-before-paying'
  | 'cancel-after-paying'
  | 'pay-while-cancelling'
  | 'ship'
  | 'ship-and-deliver'
  | 'ship-while-cancelling'
  | 'admin-cancel'
  | 'admin-cancel-keeping-goods'
  | 'refund-part'
  | 'refund-all'
  | 'refund-refused'
  | 'refund-twice'
  | 'dispute'
  | 'cancel-disputed'
  | 'operator-compensates'
  | 'webhook-contradicts'
  | 'return-part'
  | 'return-rejected'
  | 'withdraw-before-shipping'
  | 'withdraw-delivered'
  | 'withdraw-while-shipping'
  | 'return-while-withdrawing'
  | 'cancel-part'
  | 'cancel-part-while-shipping'

export interface Script {
  actor: string
  startsAtMs: number
  browses: number
  lines: { sku: string; quantity: number }[]
  /** Sends the same checkout several times at once. */
  copies: number
  /** Sends a second checkout with another key at once. */
  otherKey: boolean
  ending: Ending
  thinkMs: number
  card: string
  /** Registers with a mailed code first, instead of coming as a guest. */
  registers: boolean
  refundShare: number
  /** Promotion codes that the shopper enters. */
  codes: readonly string[]
  /** Changes the destination before the checkout or at the same moment, or lives abroad. */
  moves: 'no' | 'before' | 'meanwhile' | 'lives-abroad'
}

/** The promotion codes of a run. */
export interface CodeBook {
  /** A code of few uses that many shoppers know. */
  shared: string
  /** Codes of one use each; more shoppers have one than there are. */
  single: readonly string[]
  /** Codes that together leave nothing to pay. */
  free: readonly string[]
}

/** The products of a run, by how much of them there is. */
export interface Assortment {
  /** Enough for all shoppers. */
  ample: readonly string[]
  /** Sells out during the run. */
  tight: readonly string[]
  /** One to three units that several shoppers want at the same moment. */
  last: readonly string[]
}

export interface Stocked {
  stock: number
  priceMinor: number
}

/** Draws stock and price of each product. */
export const drawStock = (random: Random): Record<keyof Assortment, Stocked[]> => {
  const some = (count: number, from: number, to: number): Stocked[] =>
    Array.from({ length: count }, () => ({ stock: random.int(from, to), priceMinor: random.int(5, 90) * 100 }))
  return { ample: some(3, 150, 250), tight: some(1, 8, 16), last: some(1, 1, 3) }
}

const endings: Readonly<Record<Ending, number>> = {
  pay: 22,
  'decline-then-pay': 7,
  'walk-away': 9,
  'cancel-at-once': 7,
  'cancel-before-paying': 7,
  'cancel-after-paying': 8,
  'pay-while-cancelling': 9,
  ship: 6,
  'ship-and-deliver': 5,
  'ship-while-cancelling': 5,
  'admin-cancel': 5,
  'admin-cancel-keeping-goods': 2,
  'refund-part': 5,
  'refund-all': 4,
  'refund-refused': 3,
  'refund-twice': 3,
  dispute: 2,
  'cancel-disputed': 2,
  'operator-compensates': 4,
  'webhook-contradicts': 4,
  'return-part': 6,
  'return-rejected': 2,
  'withdraw-before-shipping': 3,
  'withdraw-delivered': 4,
  'withdraw-while-shipping': 4,
  'return-while-withdrawing': 4,
  'cancel-part': 5,
  'cancel-part-while-shipping': 4,
}

const needsMoney = new Set<Ending>(['dispute', 'cancel-disputed'])
const disputed = '4000000000000259'

const rushers = 4

/** Deals every ending once while there are shoppers, and the rest by weight. */
const dealEndings = (random: Random, shoppers: number): Ending[] => {
  const each = random.shuffled(Object.keys(endings) as Ending[]).slice(0, shoppers)
  return random.shuffled([...each, ...Array.from({ length: shoppers - each.length }, () => random.weighted(endings))])
}

const drawLines = (random: Random, { ample, tight }: Assortment): Script['lines'] =>
  [...random.shuffled(ample).slice(0, random.int(1, 2)), ...(random.chance(0.35) ? random.shuffled(tight).slice(0, 1) : [])].map(
    (sku) => ({ sku, quantity: random.pick([1, 1, 1, 2, 3]) }),
  )

const drawCodes = (random: Random, { shared, single, free }: CodeBook): readonly string[] => {
  if (random.chance(0.25)) return [shared]
  if (random.chance(0.25)) return random.shuffled(single).slice(0, 1)
  return random.chance(0.12) ? free : []
}

/** Draws the scripts of a run. A few shoppers arrive at the same moment for the last units. */
export const drawScripts = (
  random: Random,
  { shoppers, assortment, codes, durationMs }: { shoppers: number; assortment: Assortment; codes: CodeBook; durationMs: number },
): Script[] => {
  const dealt = dealEndings(random.branch('endings'), shoppers)
  const rushAtMs = random.int(Math.floor(durationMs * 0.1), Math.floor(durationMs * 0.6))
  return dealt.map((ending, index): Script => {
    const own = random.branch(`shopper-${index + 1}`)
    const startsAtMs = own.int(0, Math.floor(durationMs * 0.8))
    const lines = drawLines(own, assortment)
    const rushes = index < Math.min(rushers, Math.floor(shoppers / 4))
    return {
      actor: `shopper-${index + 1}`,
      startsAtMs: rushes ? rushAtMs + own.int(0, 100) : startsAtMs,
      browses: rushes ? 0 : own.int(0, 3),
      lines: rushes ? assortment.last.map((sku) => ({ sku, quantity: 1 })) : lines,
      copies: own.chance(0.15) ? own.int(2, 4) : 1,
      otherKey: own.chance(0.1),
      ending,
      thinkMs: own.pick([0, 0, 50, 300, 1500]),
      card: needsMoney.has(ending) ? disputed : cards.pays,
      registers: !rushes && own.chance(0.06),
      refundShare: own.pick([0.1, 0.5, 0.9]),
      codes: drawCodes(own, codes),
      moves: own.weighted({ no: 55, before: 15, meanwhile: 15, 'lives-abroad': 15 }),
    }
  })
}

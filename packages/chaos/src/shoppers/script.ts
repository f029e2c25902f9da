// What one shopper will do, drawn from the seed before the run begins: the same seed, the same intentions, whatever happens meanwhile.
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
  | 'dispute'

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
  dispute: 2,
}

const needsMoney = new Set<Ending>(['dispute'])
const disputed = '4000000000000259'

/** Draws the scripts of a run. */
export const drawScripts = (
  random: Random,
  { shoppers, skus, durationMs }: { shoppers: number; skus: readonly string[]; durationMs: number },
): Script[] =>
  Array.from({ length: shoppers }, (_, index): Script => {
    const own = random.branch(`shopper-${index + 1}`)
    const ending = own.weighted(endings)
    const wanted = own.shuffled(skus).slice(0, own.int(1, Math.min(3, skus.length)))
    return {
      actor: `shopper-${index + 1}`,
      startsAtMs: own.int(0, Math.floor(durationMs * 0.8)),
      browses: own.int(0, 3),
      lines: wanted.map((sku) => ({ sku, quantity: own.int(1, 3) })),
      copies: own.chance(0.15) ? own.int(2, 4) : 1,
      otherKey: own.chance(0.1),
      ending,
      thinkMs: own.pick([0, 0, 50, 300, 1500]),
      card: needsMoney.has(ending) ? disputed : cards.pays,
      registers: own.chance(0.06),
      refundShare: own.pick([0.1, 0.5, 0.9]),
    }
  })

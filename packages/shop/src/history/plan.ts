// The orders of the development shop: who bought what in the last four weeks, and what happened to it.
import type { ReturnReason } from '@cartwright/contracts'

/** What happens to an order, by the shopper, by an operator or at Stripe. */
export type Action =
  | { kind: 'place' }
  /** Sends card numbers to the payment page, one after the other; the last one pays. */
  | { kind: 'pay'; cards: readonly string[] }
  /** Waits until the payment page has expired. */
  | { kind: 'expire' }
  | { kind: 'cancel'; reason: string }
  /** An operator cancels it, and the money goes back. */
  | { kind: 'refuse'; reason: string }
  /** Without `skus` everything that is left. */
  | { kind: 'ship'; tracking: string; skus?: readonly string[] }
  | { kind: 'deliver' }
  /** The cardholder reclaims the charge. */
  | { kind: 'dispute' }
  | { kind: 'request-return'; skus: readonly string[]; reason: ReturnReason; note: string }
  | { kind: 'approve-return' }
  | { kind: 'receive-return' }
  | { kind: 'refund-return' }

interface PlannedOrder {
  /** Names the order in the progress file and in idempotency keys. */
  name: string
  /** A seeded customer. */
  email: string
  currency: 'EUR' | 'USD'
  lines: readonly (readonly [sku: string, quantity: number])[]
  /** Name of the shipping option; `Parcel` when left out. */
  shipping?: 'Express'
  /** A promotion code that the customer enters. */
  code?: string
  /** Minutes before the end of the history, in falling order, and what happens then. */
  steps: readonly (readonly [minutesBefore: number, action: Action])[]
}

const hour = 60
const day = 24 * hour
const pays = '4242424242424242'
const declines = '4000000000000002'
const paid: Action = { kind: 'pay', cards: [pays] }

export const plannedOrders: readonly PlannedOrder[] = [
  {
    name: 'returned',
    email: 'alice@example.com',
    currency: 'EUR',
    lines: [
      ['STUD-HEAD-INK', 1],
      ['RECO-BRUS-OAK', 1],
    ],
    steps: [
      [27 * day, { kind: 'place' }],
      [27 * day - 10, paid],
      [26 * day, { kind: 'ship', tracking: 'JD014600003001' }],
      [24 * day, { kind: 'deliver' }],
      [21 * day, { kind: 'request-return', skus: ['STUD-HEAD-INK'], reason: 'no_longer_wanted', note: 'Too heavy for me' }],
      [20 * day, { kind: 'approve-return' }],
      [16 * day, { kind: 'receive-return' }],
      [16 * day - 2 * hour, { kind: 'refund-return' }],
    ],
  },
  {
    name: 'delivered',
    email: 'clara@example.com',
    currency: 'EUR',
    lines: [
      ['HARB-MUG-INK', 4],
      ['COPP-RIM-TEAP-STD', 1],
    ],
    shipping: 'Express',
    code: 'WELCOME10',
    steps: [
      [19 * day, { kind: 'place' }],
      [19 * day - 10, paid],
      [18 * day, { kind: 'ship', tracking: 'JD014600003002' }],
      [16 * day - 5 * hour, { kind: 'deliver' }],
    ],
  },
  {
    name: 'cancelled-unpaid',
    email: 'bob@example.com',
    currency: 'USD',
    lines: [['RAIN-SHEL-L', 1]],
    steps: [
      [15 * day, { kind: 'place' }],
      [15 * day - 10, { kind: 'cancel', reason: 'I took the wrong size' }],
    ],
  },
  {
    name: 'cancelled-refunded',
    email: 'david@example.com',
    currency: 'EUR',
    lines: [['WOOL-THRO-FJOR-SND', 2]],
    steps: [
      [14 * day, { kind: 'place' }],
      [14 * day - 10, paid],
      [13 * day, { kind: 'refuse', reason: 'The last throws have a fault in the weave' }],
    ],
  },
  {
    name: 'disputed',
    email: 'emma@example.com',
    currency: 'EUR',
    lines: [['DESK-MICR-STD', 1]],
    steps: [
      [11 * day, { kind: 'place' }],
      [11 * day - 10, paid],
      [9 * day, { kind: 'dispute' }],
    ],
  },
  {
    name: 'return-requested',
    email: 'david@example.com',
    currency: 'EUR',
    lines: [
      ['MERI-TEE-M', 2],
      ['TRAI-SOCK-3', 1],
    ],
    steps: [
      [10 * day, { kind: 'place' }],
      [10 * day - 10, paid],
      [9 * day - 4 * hour, { kind: 'ship', tracking: 'JD014600003003' }],
      [7 * day, { kind: 'deliver' }],
      [day + 6 * hour, { kind: 'request-return', skus: ['MERI-TEE-M'], reason: 'does_not_fit', note: 'One size larger, please' }],
    ],
  },
  {
    name: 'expired',
    email: 'emma@example.com',
    currency: 'EUR',
    lines: [['SHEL-SPEA-PAIR-WAL', 1]],
    steps: [
      [6 * day, { kind: 'place' }],
      [6 * day - hour, { kind: 'expire' }],
    ],
  },
  {
    name: 'shipped',
    email: 'clara@example.com',
    currency: 'EUR',
    lines: [
      ['DOTT-NOTE-MOS', 3],
      ['FOUN-PEN-LARK-INK', 1],
    ],
    steps: [
      [5 * day, { kind: 'place' }],
      [5 * day - 10, { kind: 'pay', cards: [declines, pays] }],
      [3 * day, { kind: 'ship', tracking: 'JD014600003004' }],
    ],
  },
  {
    name: 'partly-shipped',
    email: 'alice@example.com',
    currency: 'EUR',
    lines: [
      ['DAY-PACK-18-MOS', 1],
      ['BEAN-NORT-SND', 2],
    ],
    steps: [
      [4 * day, { kind: 'place' }],
      [4 * day - 10, paid],
      [2 * day, { kind: 'ship', tracking: 'JD014600003005', skus: ['BEAN-NORT-SND'] }],
    ],
  },
  {
    name: 'processing',
    email: 'bob@example.com',
    currency: 'USD',
    lines: [
      ['CABL-KNIT-JUMP-L', 1],
      ['MARK-TOTE-SND', 2],
    ],
    steps: [
      [20 * hour, { kind: 'place' }],
      [20 * hour - 10, paid],
    ],
  },
  {
    name: 'pending',
    email: 'alice@example.com',
    currency: 'EUR',
    lines: [
      ['PAPE-MOON-LAMP-STD', 1],
      ['CAND-TRIO-STD', 2],
    ],
    steps: [[5, { kind: 'place' }]],
  },
]

export interface Step {
  order: PlannedOrder
  minutesBefore: number
  action: Action
}

/** All steps in the order of time. */
export const stepsOf = (orders: readonly PlannedOrder[]): readonly Step[] =>
  orders
    .flatMap((order) => order.steps.map(([minutesBefore, action]): Step => ({ order, minutesBefore, action })))
    .sort((a, b) => b.minutesBefore - a.minutesBefore)

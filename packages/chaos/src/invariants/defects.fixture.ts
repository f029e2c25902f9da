// Defects for the invariants about carts, about more effects than were promised, and about what takes too long: each breaks a sound world in one place.
import type { Evidence } from '../evidence/rows.ts'
import { type Operation, unsignedAction } from '../journal.ts'
import type { invariants } from './all.ts'

export type Defect = readonly [keyof typeof invariants, string, (world: Evidence) => unknown]

const get = <T>(items: readonly T[], is: (item: T) => boolean): T => {
  const item = items.find(is)
  if (item === undefined) throw new Error('there is nothing to corrupt')
  return item
}
const cartOf = (world: Evidence, orderId: string) => get(world.cartOrders, (row) => row.order_id === orderId)
const operation = (world: Evidence, actor: string, action: string) =>
  get(world.operations, (each) => each.actor === actor && each.action.startsWith(action))
const later = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000)
const stripeRefund = (world: Evidence) => get(world.stripe.refunds, ({ id }) => id === 're_b')

const inFlight = (world: Evidence, seconds: number): Operation => {
  const asked = operation(world, 'alice', 'checkout')
  return { ...asked, at: later(asked.at, seconds), status: 409, detail: 'idempotency_key_in_flight', orderId: null }
}

const carts: readonly Defect[] = [
  ['carts', 'the lines of an unpaid order never come back', (world) => (cartOf(world, 'ord_c').given_back_at = null)],
  [
    'carts',
    'the lines of a cancelled order that was paid come back',
    (world) => (cartOf(world, 'ord_b').given_back_at = world.now),
  ],
  ['carts', 'the lines of a shipped order come back', (world) => (cartOf(world, 'ord_a').given_back_at = world.now)],
  ['carts', 'the lines come back twice', (world) => (get(world.openLines, () => true).quantity = 4)],
  ['carts', 'a part of the lines comes back', (world) => (get(world.openLines, () => true).quantity = 1)],
  ['carts', 'the lines come back into nobody’s cart', (world) => (world.openLines = [])],
  [
    'carts',
    'what was bought still lies in the cart',
    (world) => world.openLines.push({ principal_id: 'gst_ord_a', sku: 'MUG', quantity: 2 }),
  ],
  ['carts', 'an order leaves its cart open', (world) => (cartOf(world, 'ord_a').closed_at = null)],
  ['carts', 'the cart never hears of an order', (world) => (world.cartOrders = world.cartOrders.slice(1))],
  [
    'carts',
    'the cart is told that a paid order was not paid',
    (world) =>
      (get(world.events, (event) => event.aggregate_id === 'ord_b' && event.event_type === 'order.cancelled').payload =
        '{"paid":false}'),
  ],
]

const effects: readonly Defect[] = [
  [
    'effects',
    'a refund of ours is made twice at Stripe, once for nothing',
    (world) => world.stripe.refunds.push({ ...stripeRefund(world), id: 're_again', status: 'failed' }),
  ],
  ['effects', 'Stripe made a refund that no row asked for', (world) => (stripeRefund(world).metadata.refundId = 'rfd_x')],
  ['effects', 'a refund of ours bears no name at Stripe', (world) => (stripeRefund(world).metadata = {})],
  [
    'effects',
    'one key of an operator makes two refunds',
    (world) => world.refunds.push({ ...get(world.refunds, ({ id }) => id === 'rfd_a'), id: 'rfd_again', cause: 'operator:c_2' }),
  ],
  [
    'effects',
    'a delivery is counted twice, and everything adds up',
    (world) => {
      world.moves.push({ sku: 'MUG', delta: 10, actor: 'usr_admin', reference: null })
      Object.assign(
        get(world.stock, () => true),
        { on_hand: 18, moved: 18, stocked: 20 },
      )
    },
  ],
  [
    'effects',
    'goods are sold twice and come back once more',
    (world) =>
      world.moves.push(
        { sku: 'MUG', delta: -2, actor: 'order', reference: 'ord_a' },
        { sku: 'MUG', delta: 2, actor: 'order', reference: 'ord_a' },
      ),
  ],
  ['effects', 'goods are sold without a movement', (world) => world.moves.splice(1, 1)],
  [
    'effects',
    'one event asks for a mail twice',
    (world) => world.messages.push({ ...get(world.messages, () => true), id: 'msg_again' }),
  ],
  [
    'effects',
    'a refund is told twice, by two events',
    (world) => {
      const mail = get(world.messages, ({ template }) => template === 'refund-succeeded')
      world.messages.push({ ...mail, id: 'msg_again', event_id: 'evt_again' })
    },
  ],
  ['effects', 'a mail goes out twice in a calm shop', (world) => (get(world.mails, () => true).copies = 2)],
]

const promises: readonly Defect[] = [
  [
    'promises',
    'a checkout that an operator gave up goes on',
    (world) => world.operations.push({ ...operation(world, 'alice', 'checkout'), action: 'compensate', status: 200 }),
  ],
  [
    'promises',
    'a webhook is taken that Stripe did not sign',
    (world) => world.operations.push({ ...operation(world, 'alice', 'checkout'), action: unsignedAction, status: 200 }),
  ],
]

const delays: readonly Defect[] = [
  [
    'charges',
    'a charge is announced by the reconciler only',
    (world) => (get(world.events, ({ event_type: type }) => type === 'payment.succeeded').occurred_at = later(world.now, 14)),
  ],
  [
    'charges',
    'a charge is announced long after the last fault',
    (world) => {
      world.faults = [{ kind: 'fault', at: later(world.now, 5), what: 'kill payment' }]
      get(world.events, ({ event_type: type }) => type === 'payment.succeeded').occurred_at = later(world.now, 80)
    },
  ],
  [
    'charges',
    'a charge is never announced',
    (world) => (world.events = world.events.filter(({ event_type: type }) => type !== 'payment.succeeded')),
  ],
  [
    'keys',
    'a key stays in flight',
    (world) => world.operations.push(...[1, 20, 40, 62].map((seconds) => inFlight(world, seconds))),
  ],
]

const repeats: readonly Defect[] = [
  ['redelivery', 'a reader does not know an event any more', (world) => world.redelivery?.handled.push('cart order.placed')],
  [
    'redelivery',
    'a table changes when events come twice',
    (world) => world.redelivery?.changed.push('payment.outbox_event: 7 rows before, 8 rows after'),
  ],
  ['redelivery', 'a reader does not read any more', (world) => world.redelivery?.missing.push('order payment.succeeded: 0 of 2')],
]

export const moreDefects: readonly Defect[] = [...carts, ...effects, ...promises, ...delays, ...repeats]

// Defects for the invariants on carts, surplus effects, promises, time limits and redelivery: each corrupts a consistent state once.
import type { CollectedState } from '../collected-state/rows.ts'
import { type Operation, unsignedAction } from '../journal.ts'
import type { invariants } from './all.ts'

export type Defect = readonly [keyof typeof invariants, string, (collected: CollectedState) => unknown]

const get = <T>(items: readonly T[], is: (item: T) => boolean): T => {
  const item = items.find(is)
  if (item === undefined) throw new Error('the state holds no row to corrupt')
  return item
}
const cartOf = (collected: CollectedState, orderId: string) => get(collected.cartOrders, (row) => row.order_id === orderId)
const operation = (collected: CollectedState, actor: string, action: string) =>
  get(collected.operations, (each) => each.actor === actor && each.action.startsWith(action))
const later = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000)
const stripeRefund = (collected: CollectedState) => get(collected.stripe.refunds, ({ id }) => id === 're_b')

const inFlight = (collected: CollectedState, seconds: number): Operation => {
  const asked = operation(collected, 'alice', 'checkout')
  return { ...asked, at: later(asked.at, seconds), status: 409, detail: 'idempotency_key_in_flight', orderId: null }
}

const carts: readonly Defect[] = [
  ['carts', 'the lines of an unpaid order are not restored', (collected) => (cartOf(collected, 'ord_c').given_back_at = null)],
  [
    'carts',
    'the lines of a paid order that was cancelled are restored',
    (collected) => (cartOf(collected, 'ord_b').given_back_at = collected.now),
  ],
  [
    'carts',
    'the lines of a shipped order are restored',
    (collected) => (cartOf(collected, 'ord_a').given_back_at = collected.now),
  ],
  ['carts', 'the lines are restored twice', (collected) => (get(collected.openLines, () => true).quantity = 4)],
  ['carts', 'a part of the lines is restored', (collected) => (get(collected.openLines, () => true).quantity = 1)],
  ['carts', 'the lines are restored to no cart', (collected) => (collected.openLines = [])],
  [
    'carts',
    'ordered lines are still in the cart',
    (collected) => collected.openLines.push({ principal_id: 'gst_ord_a', sku: 'MUG', quantity: 2 }),
  ],
  ['carts', 'an order leaves its cart open', (collected) => (cartOf(collected, 'ord_a').closed_at = null)],
  ['carts', 'cart has no row for an order', (collected) => (collected.cartOrders = collected.cartOrders.slice(1))],
  [
    'carts',
    'cart receives the cancellation of a paid order as unpaid',
    (collected) =>
      (get(collected.events, (event) => event.aggregate_id === 'ord_b' && event.event_type === 'order.cancelled').payload =
        '{"paid":false}'),
  ],
]

const effects: readonly Defect[] = [
  [
    'effects',
    'a refund is made twice at Stripe, once without success',
    (collected) => collected.stripe.refunds.push({ ...stripeRefund(collected), id: 're_again', status: 'failed' }),
  ],
  ['effects', 'Stripe has a refund without a row', (collected) => (stripeRefund(collected).metadata.refundId = 'rfd_x')],
  ['effects', 'a refund has no refund id at Stripe', (collected) => (stripeRefund(collected).metadata = {})],
  [
    'effects',
    'one key of an operator makes two refunds',
    (collected) =>
      collected.refunds.push({ ...get(collected.refunds, ({ id }) => id === 'rfd_a'), id: 'rfd_again', cause: 'operator:c_2' }),
  ],
  [
    'effects',
    'a delivery is counted twice, and all sums are right',
    (collected) => {
      collected.moves.push({ sku: 'MUG', delta: 10, actor: 'usr_admin', reference: null })
      Object.assign(
        get(collected.stock, () => true),
        { on_hand: 18, moved: 18, stocked: 20 },
      )
    },
  ],
  [
    'effects',
    'stock moves out and back once too often',
    (collected) =>
      collected.moves.push(
        { sku: 'MUG', delta: -2, actor: 'order', reference: 'ord_a' },
        { sku: 'MUG', delta: 2, actor: 'order', reference: 'ord_a' },
      ),
  ],
  ['effects', 'stock is committed without a movement', (collected) => collected.moves.splice(1, 1)],
  [
    'effects',
    'one event queues a mail twice',
    (collected) => collected.messages.push({ ...get(collected.messages, () => true), id: 'msg_again' }),
  ],
  [
    'effects',
    'a refund causes two mails from two events',
    (collected) => {
      const mail = get(collected.messages, ({ template }) => template === 'refund-succeeded')
      collected.messages.push({ ...mail, id: 'msg_again', event_id: 'evt_again' })
    },
  ],
  ['effects', 'a mail is sent twice in a run without faults', (collected) => (get(collected.mails, () => true).copies = 2)],
]

const promises: readonly Defect[] = [
  [
    'promises',
    'a checkout that an operator compensated continues',
    (collected) => collected.operations.push({ ...operation(collected, 'alice', 'checkout'), action: 'compensate', status: 200 }),
  ],
  [
    'promises',
    'a webhook with a wrong signature is accepted',
    (collected) =>
      collected.operations.push({ ...operation(collected, 'alice', 'checkout'), action: unsignedAction, status: 200 }),
  ],
]

const delays: readonly Defect[] = [
  [
    'charges',
    'a charge is announced as late as the reconciler would find it',
    (collected) =>
      (get(collected.events, ({ event_type: type }) => type === 'payment.succeeded').occurred_at = later(collected.now, 14)),
  ],
  [
    'charges',
    'a charge is announced long after the last fault',
    (collected) => {
      collected.faults = [{ kind: 'fault', at: later(collected.now, 5), what: 'kill payment' }]
      get(collected.events, ({ event_type: type }) => type === 'payment.succeeded').occurred_at = later(collected.now, 80)
    },
  ],
  [
    'charges',
    'a charge is never announced',
    (collected) => (collected.events = collected.events.filter(({ event_type: type }) => type !== 'payment.succeeded')),
  ],
  [
    'keys',
    'a key stays in flight',
    (collected) => collected.operations.push(...[1, 20, 40, 62].map((seconds) => inFlight(collected, seconds))),
  ],
]

const repeats: readonly Defect[] = [
  [
    'redelivery',
    'a consumer handles a redelivered event as new',
    (collected) => collected.redelivery?.handled.push('cart order.placed'),
  ],
  [
    'redelivery',
    'a table changes when events are redelivered',
    (collected) => collected.redelivery?.changed.push('payment.outbox_event: 7 rows before, 8 rows after'),
  ],
  [
    'redelivery',
    'a consumer does not read redelivered events',
    (collected) => collected.redelivery?.missing.push('order payment.succeeded: 0 of 2'),
  ],
]

export const moreDefects: readonly Defect[] = [...carts, ...effects, ...promises, ...delays, ...repeats]

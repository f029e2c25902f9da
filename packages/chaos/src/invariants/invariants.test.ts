// Each invariant holds in a sound world and fails for a defect of its own: a check that cannot fail proves nothing.
import { expect, test } from 'vitest'
import { explain } from '../evidence/account.ts'
import { findingsIn } from '../evidence/logs.ts'
import type { Evidence } from '../evidence/rows.ts'
import { invariants, violationsOf } from './all.ts'
import { type Defect, moreDefects } from './defects.fixture.ts'
import { soundWorld } from './sound-world.fixture.ts'

const first = <T>(items: readonly T[]): T => {
  const [item] = items
  if (item === undefined) throw new Error('there is nothing to corrupt')
  return item
}
const orderB = (world: Evidence) => world.orders[1] ?? first(world.orders)
const checkoutOf = (world: Evidence) => first(world.operations.filter(({ action }) => action === 'checkout'))
const eventOf = (world: Evidence, type: string) => first(world.events.filter((event) => event.event_type === type))

const defects: readonly Defect[] = [
  ['I1', 'Stripe took money that no row knows', (world) => (first(world.orders).captured_minor = 0)],
  ['I1', 'an order in processing is paid in part', (world) => (first(world.orders).total_minor = 9999)],
  ['I1', 'a card is charged twice', (world) => world.stripe.charges.push({ ...first(world.stripe.charges), id: 'ch_again' })],
  ['I1', 'a cancelled order keeps the money', (world) => (world.stripe.refunds = [])],
  [
    'I1',
    'disputed money is given back all the same',
    (world) => world.stripe.disputes.push({ id: 'dp_b', status: 'lost', amount: 3000, payment_intent: 'pi_ord_b' }),
  ],
  ['I1', 'a refund is made twice', (world) => world.stripe.refunds.push({ ...first(world.stripe.refunds), id: 're_again' })],
  ['I1', 'a refund row says another amount', (world) => (first(world.refunds).amount_minor = 1)],
  ['I1', 'payment forgot a refund', (world) => (world.paymentRefunds = [])],
  ['I1', 'a refund never ends', (world) => (first(world.refunds).state = 'pending')],
  ['I2', 'more is reserved than there is', (world) => (first(world.stock).reserved = 9)],
  ['I2', 'stock changed without the ledger', (world) => (first(world.stock).on_hand = 7)],
  ['I2', 'the ledger forgets an order', (world) => world.movements.shift()],
  ['I2', 'the ledger counts a movement twice', (world) => (first(world.stock).moved = 6)],
  [
    'I2',
    'a hold counts nowhere',
    (world) =>
      world.reservations.push({ id: 'res_x', order_id: 'ord_a', state: 'held', stock_lines: '[{"sku":"MUG","quantity":1}]' }),
  ],
  ['I2', 'more is sold than was stocked', (world) => (first(world.reservations).stock_lines = '[{"sku":"MUG","quantity":11}]')],
  [
    'I2',
    'goods come back that were never sold',
    (world) => (first(world.stockReturns).stock_lines = '[{"sku":"MUG","quantity":3}]'),
  ],
  ['I3', 'a cart is ordered twice', (world) => (orderB(world).cart_id = first(world.orders).cart_id)],
  ['I3', 'one key places two orders', (world) => world.operations.push({ ...checkoutOf(world), orderId: 'ord_b' })],
  [
    'I3',
    'two pages of an order are paid',
    (world) => world.stripe.sessions.push({ ...first(world.stripe.sessions), id: 'cs_again' }),
  ],
  [
    'I3',
    'a page stays open for an order that is over',
    (world) => Object.assign(first(world.stripe.sessions), { status: 'open', payment_status: 'unpaid' }),
  ],
  ['I4', 'an event is never published', (world) => (first(world.events).published_at = null)],
  ['I4', 'an event is lost on its way to a reader', (world) => world.inbox.shift()],
  ['I4', 'an event has its effect twice', (world) => world.inbox.push(first(world.inbox))],
  [
    'I4',
    'a sound event is given up',
    (world) =>
      world.deadLetters.push({
        owner: 'cart',
        id: 1,
        consumer: 'cart',
        event_id: 'evt_x',
        event_type: 'order.placed',
        partition_key: 'ord_a',
        reason: 'exhausted',
        error: '',
        resolved_at: new Date(),
      }),
  ],
  [
    'I4',
    'poison is left lying',
    (world) => {
      world.poison = new Set(['evt_x'])
      world.deadLetters.push({
        owner: 'cart',
        id: 1,
        consumer: 'cart',
        event_id: 'evt_x',
        event_type: 'order.placed',
        partition_key: 'ord_a',
        reason: 'invalid',
        error: '',
        resolved_at: null,
      })
    },
  ],
  ['I5', 'a version is missing', (world) => (first(world.history.slice(1)).version = 3)],
  ['I5', 'an order jumps', (world) => world.history.splice(1, 1)],
  [
    'I5',
    'a step goes back',
    (world) => world.history.push({ ...first(world.history), version: 4, from_status: 'shipped', to_status: 'pending' }),
  ],
  ['I5', 'the status is not the last of the history', (world) => (first(world.orders).status = 'delivered')],
  ['I6', 'a cancelled order holds stock', (world) => Object.assign(first(world.reservations.slice(1)), { state: 'held' })],
  [
    'I6',
    'a hold belongs to nobody',
    (world) => world.reservations.push({ id: 'res_x', order_id: 'ord_gone', state: 'held', stock_lines: '[]' }),
  ],
  ['I6', 'goods of a cancelled order never come back', (world) => (world.stockReturns = [])],
  ['I7', 'a saga waits past its deadline', (world) => (first(world.sagas).deadline_at = new Date(world.now.getTime() - 301_000))],
  ['I7', 'a saga is over and its order pending', (world) => (first(world.orders).status = 'pending')],
  ['I7', 'an order is over and its saga not', (world) => (first(world.sagas).state = 'paying')],
  ['I8', 'a product cannot be found', (world) => (world.documents = [])],
  [
    'I8',
    'the index holds what is not sold any more',
    (world) => world.documents?.push({ id: 'prd_gone', skus: [], prices: {}, inStock: false }),
  ],
  ['I8', 'the index has an old price', (world) => (first(world.documents ?? []).prices.EUR = 1)],
  ['I8', 'the index believes it is sold out', (world) => (first(world.documents ?? []).inStock = false)],
  ['I8', 'the cart has an old stock level', (world) => (first(world.believedStock).available = 9)],
  ['I8', 'Redis holds another cart than MySQL at the same version', (world) => (first(world.cachedCopies).says = '2 × MUG')],
  ['I8', 'Redis is ahead of MySQL', (world) => (first(world.cachedCopies).version = 4)],
  ['I8', 'Redis never forgets an old stock level', (world) => (first(world.cachedCopies.slice(1)).expiresMs = -1)],
  ['I8', 'Redis holds the stock of what is not there', (world) => (first(world.cachedCopies.slice(1)).original = null)],
  [
    'I9',
    'an order is placed without a word',
    (world) => (world.events = world.events.filter((event) => event !== eventOf(world, 'order.placed'))),
  ],
  [
    'I9',
    'a confirmation is announced twice',
    (world) => world.events.push({ ...eventOf(world, 'order.confirmed'), event_id: 'evt_again', aggregate_version: 5 }),
  ],
  [
    'I9',
    'a refund is asked for that is in no row',
    (world) =>
      world.events.push({
        ...eventOf(world, 'order.refund-requested'),
        event_id: 'evt_x',
        aggregate_version: 6,
        payload: '{"refundId":"rfd_x"}',
      }),
  ],
  ['I9', 'an event of an aggregate is missing', (world) => (first(world.aggregates).version = 6)],
  [
    'I9',
    'goods are sold and nobody is told',
    (world) => (world.events = world.events.filter((event) => event.event_type !== 'catalog.stock-committed')),
  ],
  [
    'I10',
    'a log tells a secret',
    (world) =>
      (world.logFindings = findingsIn('order', '{"msg":"signed in","password":"correct horse battery"}', [
        { what: 'a password', value: 'correct horse battery' },
      ])),
  ],
  [
    'I10',
    'a log tells an address',
    (world) => (world.logFindings = findingsIn('order', '{"msg":"mail for alice@example.net"}', [])),
  ],
  [
    'I10',
    'a log tells a token',
    (world) =>
      (world.logFindings = findingsIn('gateway', 'Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJnc3RfMSJ9.c2lnbmF0dXJlc2ln', [])),
  ],
  [
    'I10',
    'a rejection is caught by nobody',
    (world) => (world.logFindings = findingsIn('order', 'unhandled rejection: Error: boom', [])),
  ],
  ['promises', 'an order that was confirmed to a client does not exist', (world) => (checkoutOf(world).orderId = 'ord_gone')],
  ['promises', 'a cancellation that was accepted did not happen', (world) => (orderB(world).status = 'processing')],
  [
    'promises',
    'a client meets an error of ours',
    (world) => Object.assign(first(world.operations), { status: 500, detail: 'internal' }),
  ],
  ['promises', 'a refund that was promised is in no row', (world) => (world.refunds = world.refunds.slice(0, 1))],
  ['refunds', 'an order hides that its refund failed', (world) => (first(world.orders).refund_status = 'none')],
  [
    'refunds',
    'nobody is told that a refund failed',
    (world) => (world.events = world.events.filter((event) => event.event_type !== 'payment.refund-failed')),
  ],
  [
    'refunds',
    'operators get no alert of a refund that failed',
    (world) => (world.messages = world.messages.filter((message) => message.template !== 'alert-refund-failed')),
  ],
  ['refunds', 'what the bank refused cannot be given back again', (world) => (first(world.refundable).refundable_minor = 2000)],
  ['mails', 'a mail is never asked for', (world) => world.messages.shift()],
  ['mails', 'a mail is asked for twice', (world) => world.messages.push({ ...first(world.messages), id: 'msg_again' })],
  ['mails', 'a mail is marked as sent and never arrives', (world) => world.mails.shift()],
  [
    'mails',
    'a mail arrives under two Message-IDs',
    (world) => world.mails.push({ ...first(world.mails), messageId: first(world.mails).messageId.replace('@', '.1@') }),
  ],
  ['mails', 'a mail that is sent again never arrives again', (world) => (first(world.messages).resends = 1)],
  ['mails', 'a mail waits for ever', (world) => (first(world.messages).state = 'pending')],
  ...moreDefects,
]

test('a sound world breaks no invariant', () => {
  expect(violationsOf(soundWorld())).toEqual([])
})

test('every invariant has a defect that shows that it can fail', () => {
  expect(new Set(defects.map(([name]) => name))).toEqual(new Set(Object.keys(invariants)))
})

test.each(defects)('%s notices when %s', (name, _, corrupt) => {
  const world = soundWorld()
  corrupt(world)
  expect(invariants[name](world)).not.toEqual([])
})

test('an answer that was lost may have happened or not', () => {
  const world = soundWorld()
  world.operations.push(
    { ...checkoutOf(world), status: null, orderId: null, key: 'k9' },
    { ...checkoutOf(world), action: 'cancel', status: null, orderId: 'ord_a' },
  )
  expect(invariants.promises(world)).toEqual([])
})

test('a mail that arrives twice under one Message-ID is no second mail', () => {
  const world = soundWorld()
  first(world.mails).copies = 2
  expect(invariants.mails(world)).toEqual([])
})

test('an operator may cancel and keep the goods off the shelf', () => {
  const world = soundWorld()
  world.stockReturns = []
  orderB(world).cancel_reason = 'operator'
  expect(invariants.I6(world)).toEqual([])
})

test('a stock level that is wrong is explained by the orders that wanted of it', () => {
  const world = soundWorld()
  first(world.stock).reserved = 1
  const account = explain(violationsOf(world), world, [])
  expect(account).toEqual(
    expect.arrayContaining([
      'SKU MUG: 10 stocked, 8 on hand, 1 reserved; its orders',
      expect.stringMatching(/^ {2}ord_a \d committed$/),
    ]),
  )
})

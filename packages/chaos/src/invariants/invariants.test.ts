// Invariants: each of them holds for a consistent state and fails for at least one corrupted state.
import { expect, test } from 'vitest'
import { findingsIn } from '../collected-state/logs.ts'
import { failureReport } from '../collected-state/order-report.ts'
import type { CollectedState } from '../collected-state/rows.ts'
import { afterSaleDefects } from './after-sale-defects.fixture.ts'
import { invariants, violationsOf } from './all.ts'
import { consistentState } from './consistent-state.fixture.ts'
import { type Defect, moreDefects } from './defects.fixture.ts'
import { promotionDefects } from './promotion-defects.fixture.ts'

const first = <T>(items: readonly T[]): T => {
  const [item] = items
  if (item === undefined) throw new Error('the state holds no row to corrupt')
  return item
}
const orderB = (collected: CollectedState) => collected.orders[1] ?? first(collected.orders)
const checkoutOf = (collected: CollectedState) => first(collected.operations.filter(({ action }) => action === 'checkout'))
const eventOf = (collected: CollectedState, type: string) => first(collected.events.filter((event) => event.event_type === type))

const defects: readonly Defect[] = [
  ['I1', 'Stripe took money that no row knows', (collected) => (first(collected.orders).captured_minor = 0)],
  ['I1', 'an order in processing is paid in part', (collected) => (first(collected.orders).total_minor = 9999)],
  [
    'I1',
    'a card is charged twice',
    (collected) => collected.stripe.charges.push({ ...first(collected.stripe.charges), id: 'ch_again' }),
  ],
  ['I1', 'a cancelled order keeps the money', (collected) => (collected.stripe.refunds = [])],
  [
    'I1',
    'disputed money is given back all the same',
    (collected) => collected.stripe.disputes.push({ id: 'dp_b', status: 'lost', amount: 3000, payment_intent: 'pi_ord_b' }),
  ],
  [
    'I1',
    'a refund is made twice',
    (collected) => collected.stripe.refunds.push({ ...first(collected.stripe.refunds), id: 're_again' }),
  ],
  ['I1', 'a refund row says another amount', (collected) => (first(collected.refunds).amount_minor = 1)],
  ['I1', 'payment has no row for a refund', (collected) => (collected.paymentRefunds = [])],
  ['I1', 'a refund never ends', (collected) => (first(collected.refunds).state = 'pending')],
  ['I2', 'more is reserved than there is', (collected) => (first(collected.stock).reserved = 9)],
  ['I2', 'stock changed without the ledger', (collected) => (first(collected.stock).on_hand = 7)],
  ['I2', 'the ledger forgets an order', (collected) => collected.movements.shift()],
  ['I2', 'the ledger counts a movement twice', (collected) => (first(collected.stock).moved = 6)],
  [
    'I2',
    'a held reservation is not counted as reserved',
    (collected) =>
      collected.reservations.push({ id: 'res_x', order_id: 'ord_a', state: 'held', stock_lines: '[{"sku":"MUG","quantity":1}]' }),
  ],
  [
    'I2',
    'more is sold than was stocked',
    (collected) => (first(collected.reservations).stock_lines = '[{"sku":"MUG","quantity":11}]'),
  ],
  [
    'I2',
    'more stock is returned than was sold',
    (collected) => (first(collected.stockReturns).stock_lines = '[{"sku":"MUG","quantity":3}]'),
  ],
  ['I3', 'a cart is ordered twice', (collected) => (orderB(collected).cart_id = first(collected.orders).cart_id)],
  ['I3', 'one key places two orders', (collected) => collected.operations.push({ ...checkoutOf(collected), orderId: 'ord_b' })],
  [
    'I3',
    'two pages of an order are paid',
    (collected) => collected.stripe.sessions.push({ ...first(collected.stripe.sessions), id: 'cs_again' }),
  ],
  [
    'I3',
    'a page stays open for an order that is over',
    (collected) => Object.assign(first(collected.stripe.sessions), { status: 'open', payment_status: 'unpaid' }),
  ],
  ['I4', 'an event is never published', (collected) => (first(collected.events).published_at = null)],
  ['I4', 'an event is lost on its way to a reader', (collected) => collected.inbox.shift()],
  ['I4', 'an event has its effect twice', (collected) => collected.inbox.push(first(collected.inbox))],
  [
    'I4',
    'a valid event becomes a dead letter',
    (collected) =>
      collected.deadLetters.push({
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
    'a dead letter of poison stays open',
    (collected) => {
      collected.poison = new Set(['evt_x'])
      collected.deadLetters.push({
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
  ['I5', 'a version is missing', (collected) => (first(collected.history.slice(1)).version = 3)],
  ['I5', 'a history skips a status', (collected) => collected.history.splice(1, 1)],
  [
    'I5',
    'a history goes back to an earlier status',
    (collected) =>
      collected.history.push({ ...first(collected.history), version: 4, from_status: 'shipped', to_status: 'pending' }),
  ],
  ['I5', 'the status is not the last of the history', (collected) => (first(collected.orders).status = 'delivered')],
  [
    'I6',
    'a cancelled order holds stock',
    (collected) => Object.assign(first(collected.reservations.slice(1)), { state: 'held' }),
  ],
  [
    'I6',
    'a held reservation has no order',
    (collected) => collected.reservations.push({ id: 'res_x', order_id: 'ord_gone', state: 'held', stock_lines: '[]' }),
  ],
  ['I6', 'the stock of a cancelled order is not returned', (collected) => (collected.stockReturns = [])],
  [
    'I7',
    'a saga waits past its deadline',
    (collected) => (first(collected.sagas).deadline_at = new Date(collected.now.getTime() - 301_000)),
  ],
  ['I7', 'a saga is over and its order pending', (collected) => (first(collected.orders).status = 'pending')],
  ['I7', 'an order is over and its saga not', (collected) => (first(collected.sagas).state = 'paying')],
  ['I8', 'a product cannot be found', (collected) => (collected.documents = [])],
  [
    'I8',
    'the index holds a product that is not for sale',
    (collected) => collected.documents?.push({ id: 'prd_gone', skus: [], prices: {}, inStock: false }),
  ],
  ['I8', 'the index has an old price', (collected) => (first(collected.documents ?? []).prices.EUR = 1)],
  ['I8', 'the index shows a product in stock as sold out', (collected) => (first(collected.documents ?? []).inStock = false)],
  ['I8', 'the cart has an old stock level', (collected) => (first(collected.projectedStock).available = 9)],
  [
    'I8',
    'Redis holds another cart than MySQL at the same version',
    (collected) => (first(collected.cachedCopies).text = '2 × MUG'),
  ],
  ['I8', 'Redis is ahead of MySQL', (collected) => (first(collected.cachedCopies).version = 4)],
  ['I8', 'Redis never forgets an old stock level', (collected) => (first(collected.cachedCopies.slice(1)).expiresMs = -1)],
  ['I8', 'Redis holds the stock of an unknown SKU', (collected) => (first(collected.cachedCopies.slice(1)).original = null)],
  [
    'I9',
    'an order is placed and not announced',
    (collected) => (collected.events = collected.events.filter((event) => event !== eventOf(collected, 'order.placed'))),
  ],
  [
    'I9',
    'a confirmation is announced twice',
    (collected) =>
      collected.events.push({ ...eventOf(collected, 'order.confirmed'), event_id: 'evt_again', aggregate_version: 5 }),
  ],
  [
    'I9',
    'a refund is requested that has no row',
    (collected) =>
      collected.events.push({
        ...eventOf(collected, 'order.refund-requested'),
        event_id: 'evt_x',
        aggregate_version: 6,
        payload: '{"refundId":"rfd_x"}',
      }),
  ],
  ['I9', 'an event of an aggregate is missing', (collected) => (first(collected.aggregates).version = 8)],
  [
    'I9',
    'stock is committed and not announced',
    (collected) => (collected.events = collected.events.filter((event) => event.event_type !== 'catalog.stock-committed')),
  ],
  [
    'I10',
    'a log holds a secret',
    (collected) =>
      (collected.logFindings = findingsIn('order', '{"msg":"signed in","password":"correct horse battery"}', [
        { what: 'a password', value: 'correct horse battery' },
      ])),
  ],
  [
    'I10',
    'a log holds an e-mail address',
    (collected) => (collected.logFindings = findingsIn('order', '{"msg":"mail for alice@example.net"}', [])),
  ],
  [
    'I10',
    'a log holds an access token',
    (collected) =>
      (collected.logFindings = findingsIn('gateway', 'Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJnc3RfMSJ9.c2lnbmF0dXJlc2ln', [])),
  ],
  [
    'I10',
    'a log holds an unhandled rejection',
    (collected) => (collected.logFindings = findingsIn('order', 'unhandled rejection: Error: boom', [])),
  ],
  [
    'promises',
    'an order that was confirmed to a client does not exist',
    (collected) => (checkoutOf(collected).orderId = 'ord_gone'),
  ],
  ['promises', 'a cancellation that was accepted did not happen', (collected) => (orderB(collected).status = 'processing')],
  [
    'promises',
    'a client gets a 500',
    (collected) => Object.assign(first(collected.operations), { status: 500, detail: 'internal' }),
  ],
  ['promises', 'a refund that was granted has no row', (collected) => (collected.refunds = collected.refunds.slice(0, 1))],
  ['refunds', 'an order does not show that its refund failed', (collected) => (first(collected.orders).refund_status = 'none')],
  [
    'refunds',
    'a failed refund is not announced',
    (collected) => (collected.events = collected.events.filter((event) => event.event_type !== 'payment.refund-failed')),
  ],
  [
    'refunds',
    'operators get no alert about a failed refund',
    (collected) => (collected.messages = collected.messages.filter((message) => message.template !== 'alert-refund-failed')),
  ],
  [
    'refunds',
    'the amount of a failed refund is not refundable again',
    (collected) => (first(collected.refundable).refundable_minor = 2000),
  ],
  ['mails', 'a mail is never queued', (collected) => collected.messages.shift()],
  ['mails', 'a mail is queued twice', (collected) => collected.messages.push({ ...first(collected.messages), id: 'msg_again' })],
  ['mails', 'a mail is marked as sent and never arrives', (collected) => collected.mails.shift()],
  [
    'mails',
    'a mail arrives under two Message-IDs',
    (collected) =>
      collected.mails.push({ ...first(collected.mails), messageId: first(collected.mails).messageId.replace('@', '.1@') }),
  ],
  ['mails', 'a resent mail does not arrive', (collected) => (first(collected.messages).resends = 1)],
  ['mails', 'a mail stays pending', (collected) => (first(collected.messages).state = 'pending')],
  ...afterSaleDefects,
  ...promotionDefects,
  ...moreDefects,
]

test('a consistent state breaks no invariant', () => {
  expect(violationsOf(consistentState())).toEqual([])
})

test('every invariant has at least one defect in this list', () => {
  expect(new Set(defects.map(([name]) => name))).toEqual(new Set(Object.keys(invariants)))
})

test.each(defects)('%s notices when %s', (name, _, corrupt) => {
  const collected = consistentState()
  corrupt(collected)
  expect(invariants[name](collected)).not.toEqual([])
})

test('an operation whose answer was lost may have happened or not', () => {
  const collected = consistentState()
  collected.operations.push(
    { ...checkoutOf(collected), status: null, orderId: null, key: 'k9' },
    { ...checkoutOf(collected), action: 'cancel', status: null, orderId: 'ord_a' },
  )
  expect(invariants.promises(collected)).toEqual([])
})

test('a mail that arrives twice under one Message-ID counts once', () => {
  const collected = consistentState()
  first(collected.mails).copies = 2
  expect(invariants.mails(collected)).toEqual([])
})

test('an operator may cancel an order without returning its stock', () => {
  const collected = consistentState()
  collected.stockReturns = []
  orderB(collected).cancel_reason = 'operator'
  expect(invariants.I6(collected)).toEqual([])
})

test('the report on a wrong stock level lists the orders of the SKU', () => {
  const collected = consistentState()
  first(collected.stock).reserved = 1
  const report = failureReport(violationsOf(collected), collected, [])
  expect(report).toEqual(
    expect.arrayContaining([
      'SKU MUG: 10 stocked, 8 on hand, 1 reserved; its orders:',
      expect.stringMatching(/^ {2}ord_a \d committed$/),
    ]),
  )
})

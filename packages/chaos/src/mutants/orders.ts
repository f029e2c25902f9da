// Planted defects in order and cart: the saga, transitions, refunds, and lines that go to an order and come back.
import { int, unit } from './holders.ts'
import type { Mutant } from './mutant.ts'

const order = 'services/order/src'
const saga = `${order}/checkout-saga`
const cart = 'services/cart/src'
const follow = `${cart}/follow-orders`

const orders: readonly Mutant[] = [
  {
    name: 'outbox-outside-the-transaction',
    rule: 'R2',
    owner: 'order',
    breaks: 'The request for stock is committed apart from its order, so an order that is rolled back takes stock all the same.',
    file: `${order}/place-order/route.ts`,
    find: 'await publish(tx, orderEvents.stockRequested, stockRequestOf(row))',
    replace: 'await deps.db.tx((own) => publish(own, orderEvents.stockRequested, stockRequestOf(row)))',
    heldBy: int(`${order}/place-order/route.int.test.ts`, 'thirty keys on one cart make one order; the others are led to it'),
  },
  {
    name: 'only-acknowledged-is-compensated',
    rule: 'R4',
    owner: 'order',
    breaks: 'A reservation that was asked for and never answered is not released when the checkout gives up.',
    file: `${saga}/saga.ts`,
    find: "timedOut: again(['requestStock'], 3, unpaid('cancelReservationTimeout'))",
    replace: "timedOut: again(['requestStock'], 3, cancel('cancelReservationTimeout'))",
    heldBy: unit(
      `${saga}/saga.test.ts`,
      'what was sent is compensated: every way into cancelled that had asked for stock gives it back',
    ),
  },
  {
    name: 'deadline-refuses-money',
    rule: 'R4',
    owner: 'order',
    breaks: 'Money that arrived in time but is heard of at the deadline cancels the order.',
    file: `${saga}/saga.ts`,
    find: 'expiring: {\n      paymentSucceeded: pivot,',
    replace: "expiring: {\n      paymentSucceeded: unpaid('cancelPaymentExpired'),",
    heldBy: int(`${saga}/saga.int.test.ts`, 'at the deadline only payment’s answer decides: money goes forward'),
  },
  {
    name: 'late-money-is-kept',
    rule: 'R4',
    owner: 'order',
    breaks: 'Money that arrives for a cancelled order is recorded and not sent back.',
    file: `${saga}/saga.ts`,
    find: "paymentSucceeded: stay(['markPaid', 'refundAll'])",
    replace: "paymentSucceeded: stay(['markPaid'])",
    heldBy: int(
      `${saga}/saga.int.test.ts`,
      'money after the cancellation is recorded and sent back exactly once, however often it is announced',
    ),
  },
  {
    name: 'confirmed-before-stock-is-sold',
    rule: 'R4',
    owner: 'order',
    breaks: 'A paid order is confirmed although catalog could not sell the stock.',
    file: `${saga}/saga.ts`,
    find: "committing: {\n      stockCommitted: go('confirmed', ['confirm']),\n      commitRejected: undo(['refundAll'], cancel('cancelOutOfStock')),",
    replace:
      "committing: {\n      stockCommitted: go('confirmed', ['confirm']),\n      commitRejected: go('confirmed', ['confirm']),",
    heldBy: int(
      `${saga}/saga.int.test.ts`,
      'paid, but the stock is gone: cancelled and refunded, and nothing is given back to the cart',
    ),
  },
  {
    name: 'history-row-missing',
    rule: 'R4',
    owner: 'order',
    breaks: 'A change of status leaves no entry in the order’s history.',
    file: `${order}/db/orders.ts`,
    find: '  insertHistory(tx, {\n    orderId: row.id,',
    replace: "  if (to !== 'shipped') insertHistory(tx, {\n    orderId: row.id,",
    heldBy: int(`${order}/ship-order/routes.int.test.ts`, 'ships all of it, once per key, and delivers it'),
  },
  {
    name: 'cancel-and-ship-both-win',
    rule: 'R4',
    owner: 'order',
    breaks: 'An order that was shipped an instant before is cancelled and refunded all the same.',
    file: `${order}/order.ts`,
    find: "shipped: ['delivered'],",
    replace: "shipped: ['delivered', 'cancelled'],",
    heldBy: int(
      `${order}/cancel-order/routes.int.test.ts`,
      'cancelled and shipped at the same instant: one of them wins, twenty times over',
    ),
  },
  {
    name: 'cancellation-returns-nothing',
    rule: 'R4',
    owner: 'order',
    breaks: 'An order that is cancelled in processing is refunded, and its sold stock never comes back.',
    file: `${order}/cancel-order/cancel.ts`,
    find: 'if (asked.restock) {',
    replace: 'if (!asked.restock) {',
    heldBy: int(
      `${order}/cancel-order/routes.int.test.ts`,
      'is cancelled at once, refunded once and put back once, however often it is asked',
    ),
  },
  {
    name: 'order-refunds-more-than-captured',
    rule: 'R6',
    owner: 'order',
    breaks: 'An operator refunds more than is left of an order.',
    file: `${order}/db/refunds.ts`,
    find: 'if (amountMinor > left || (refund.amountMinor',
    replace: 'if ((refund.amountMinor',
    heldBy: int(
      `${order}/refund-order/route.int.test.ts`,
      'more than is left is refused with what is left, also when two ask at once',
    ),
  },
  {
    name: 'shipment-holds-more-than-ordered',
    rule: 'R4',
    owner: 'order',
    breaks: 'What has been shipped before is not counted, so parts of an order leave the house twice.',
    file: `${order}/ship-order/decide.ts`,
    find: 'quantity - (gone.get(sku) ?? 0)]',
    replace: 'quantity]',
    heldBy: unit(
      `${order}/ship-order/decide.test.ts`,
      'any row of shipments ends complete exactly when everything is gone, and never ships more',
    ),
  },
]

const carts: readonly Mutant[] = [
  {
    name: 'cart-closed-twice',
    rule: 'R3',
    owner: 'cart',
    breaks: 'The news of an order that comes again closes its cart again, or takes its lines out of the next one.',
    file: `${follow}/on-order-placed.ts`,
    find: 'if (facts.closed) return\n',
    replace: '\n',
    heldBy: int(
      `${follow}/handlers.int.test.ts`,
      'an order whose cart was merged meanwhile takes what was ordered out of the customer’s cart, once',
    ),
  },
  {
    name: 'lines-given-back-twice',
    rule: 'R3',
    owner: 'cart',
    breaks: 'A cancellation that is told again gives the lines back a second time.',
    file: `${follow}/on-order-cancelled.ts`,
    find: 'if (facts.cancelled) return\n',
    replace: 'facts.givenBack = false\n',
    heldBy: int(
      `${follow}/handlers.int.test.ts`,
      'an unpaid order that is cancelled gives its lines back once, into a new cart or the open one',
    ),
  },
  {
    name: 'paid-lines-come-back',
    rule: 'R3',
    owner: 'cart',
    breaks: 'An order that was paid and then cancelled fills the cart again.',
    file: `${follow}/on-order-cancelled.ts`,
    find: 'if (order.paid) return\n',
    replace: '\n',
    heldBy: int(`${follow}/handlers.int.test.ts`, 'a paid order that is cancelled gives nothing back'),
  },
  {
    name: 'old-price-overwrites-new',
    rule: 'R3',
    owner: 'cart',
    breaks: 'A product’s older announcement that arrives late overwrites the newer one.',
    file: `${cart}/db/views.ts`,
    find: 'WHERE product_id = ${productId} AND version < ${version}',
    replace: 'WHERE product_id = ${productId} AND version <> ${version}',
    heldBy: int(`${cart}/follow-catalog/handlers.int.test.ts`, 'announcements in the wrong order leave the newest state'),
  },
  {
    name: 'slow-reader-restores-a-closed-cart',
    rule: 'R7',
    owner: 'cart',
    breaks: 'A reader that was slow puts an older cart, or one that is closed, back into Redis.',
    file: `${cart}/db/cache.ts`,
    find: "tonumber(string.match(held, '^%d+')) <= tonumber(rank)",
    replace: "tonumber(string.match(held, '^%d+')) <= tonumber(rank) + 1000000",
    heldBy: int(`${cart}/db/cache.int.test.ts`, 'a slow reader cannot put an older state back, nor a cart that was closed'),
  },
]

export const orderMutants: readonly Mutant[] = [...orders, ...carts]

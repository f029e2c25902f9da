// Mutants in order and cart: the saga, transitions, refunds, and lines that an order takes and restores.
import { int, unit } from './holders.ts'
import type { Mutant } from './mutant.ts'

const order = 'services/order/src'
const cart = 'services/cart/src'

const orders: readonly Mutant[] = [
  {
    name: 'outbox-outside-the-transaction',
    rule: 'R2',
    owner: 'order',
    breaks: 'The request for stock is committed separately from its order, so an order that is rolled back reserves stock.',
    file: `${order}/features/place-order/route.ts`,
    find: 'await publish(tx, orderEvents.stockRequested, stockRequestOf(row))',
    replace: 'await deps.db.tx((own) => publish(own, orderEvents.stockRequested, stockRequestOf(row)))',
    heldBy: int(
      `${order}/features/place-order/route.int.test.ts`,
      'of one cart with thirty keys makes one order; the others answer with its id',
    ),
  },
  {
    name: 'only-acknowledged-is-compensated',
    rule: 'R4',
    owner: 'order',
    breaks: 'A reservation that was requested and never answered is not released when the checkout is cancelled.',
    file: `${order}/domain/checkout-saga/saga.ts`,
    find: "timedOut: again(['requestStock'], 3, unpaid('cancelReservationTimeout'))",
    replace: "timedOut: again(['requestStock'], 3, cancel('cancelReservationTimeout'))",
    heldBy: unit(
      `${order}/domain/checkout-saga/saga.test.ts`,
      'every transition to cancelled after a stock request releases or returns the stock',
    ),
  },
  {
    name: 'deadline-refuses-money',
    rule: 'R4',
    owner: 'order',
    breaks: 'An order that was paid in time is cancelled when the event arrives at the deadline.',
    file: `${order}/domain/checkout-saga/saga.ts`,
    find: 'expiring: {\n      paymentSucceeded: pivot,',
    replace: "expiring: {\n      paymentSucceeded: unpaid('cancelPaymentExpired'),",
    heldBy: int(
      `${order}/domain/checkout-saga/saga.int.test.ts`,
      'continues at the deadline when payment answers that it was paid',
    ),
  },
  {
    name: 'late-money-is-kept',
    rule: 'R4',
    owner: 'order',
    breaks: 'A payment for a cancelled order is recorded and not refunded.',
    file: `${order}/domain/checkout-saga/saga.ts`,
    find: "paymentSucceeded: stay(['markPaid', 'refundAll'])",
    replace: "paymentSucceeded: stay(['markPaid'])",
    heldBy: int(
      `${order}/domain/checkout-saga/saga.int.test.ts`,
      'records money after the cancellation and refunds it exactly once, for any number of events',
    ),
  },
  {
    name: 'confirmed-before-stock-is-sold',
    rule: 'R4',
    owner: 'order',
    breaks: 'A paid order is confirmed although catalog could not commit the stock.',
    file: `${order}/domain/checkout-saga/saga.ts`,
    find: "committing: {\n      stockCommitted: go('confirmed', ['confirm']),\n      commitRejected: undo(['refundAll'], cancel('cancelOutOfStock')),",
    replace:
      "committing: {\n      stockCommitted: go('confirmed', ['confirm']),\n      commitRejected: go('confirmed', ['confirm']),",
    heldBy: int(
      `${order}/domain/checkout-saga/saga.int.test.ts`,
      'is cancelled and refunded when paid stock is gone, and the cart is not restored',
    ),
  },
  {
    name: 'history-row-missing',
    rule: 'R4',
    owner: 'order',
    breaks: 'A change of status leaves no entry in the order’s history.',
    file: `${order}/db/orders.ts`,
    find: '  insertHistory(tx, { orderId: row.id, from,',
    replace: "  if (to !== 'shipped') insertHistory(tx, { orderId: row.id, from,",
    heldBy: int(`${order}/features/ship-order/routes.int.test.ts`, 'ships the whole order once per key, and delivers it'),
  },
  {
    name: 'cancel-and-ship-both-win',
    rule: 'R4',
    owner: 'order',
    breaks: 'An order that was shipped a moment before can be cancelled and refunded.',
    file: `${order}/domain/order.ts`,
    find: "shipped: ['delivered'],",
    replace: "shipped: ['delivered', 'cancelled'],",
    heldBy: int(
      `${order}/features/cancel-order/routes.int.test.ts`,
      'is either cancelled or shipped when both requests arrive at once, in twenty rounds',
    ),
  },
  {
    name: 'cancellation-returns-nothing',
    rule: 'R4',
    owner: 'order',
    breaks: 'An order that is cancelled in processing is refunded, and its stock is not returned.',
    file: `${order}/features/cancel-order/cancel.ts`,
    find: 'if (request.restock) {',
    replace: 'if (!request.restock) {',
    heldBy: int(
      `${order}/features/cancel-order/routes.int.test.ts`,
      'is cancelled at once, refunded once and restocked once, for any number of requests',
    ),
  },
  {
    name: 'order-refunds-more-than-captured',
    rule: 'R6',
    owner: 'order',
    breaks: 'An operator refunds more than is left of an order.',
    file: `${order}/domain/refunds.ts`,
    find: 'if (amountMinor > left) throw',
    replace: 'if (left < 0) throw',
    heldBy: int(
      `${order}/features/refund-order/route.int.test.ts`,
      'a refund of more than the refundable amount is refused with that amount, also for two requests at once',
    ),
  },
  {
    name: 'shipment-holds-more-than-ordered',
    rule: 'R4',
    owner: 'order',
    breaks: 'Earlier shipments are not counted, so parts of an order can be shipped twice.',
    file: `${order}/features/ship-order/decide.ts`,
    find: 'quantity - (gone.get(sku) ?? 0)]',
    replace: 'quantity]',
    heldBy: unit(
      `${order}/features/ship-order/decide.test.ts`,
      'any sequence of shipments is complete exactly when everything is shipped, and never ships more',
    ),
  },
]

const carts: readonly Mutant[] = [
  {
    name: 'cart-closed-twice',
    rule: 'R3',
    owner: 'cart',
    breaks: 'An `order.placed` that is delivered again removes the lines from the customer’s next cart.',
    file: `${cart}/features/project-orders/on-order-placed.ts`,
    find: 'if (facts.closed) return\n',
    replace: '\n',
    heldBy: int(
      `${cart}/features/project-orders/handlers.int.test.ts`,
      'an order of a cart that was merged removes the ordered lines from the customer’s cart once',
    ),
  },
  {
    name: 'lines-given-back-twice',
    rule: 'R3',
    owner: 'cart',
    breaks: 'An `order.cancelled` that is delivered again restores the lines a second time.',
    file: `${cart}/features/project-orders/on-order-cancelled.ts`,
    find: 'if (facts.cancelled) return\n',
    replace: 'facts.restored = false\n',
    heldBy: int(
      `${cart}/features/project-orders/handlers.int.test.ts`,
      'the lines of a cancelled unpaid order are restored once, to a new cart or the open one',
    ),
  },
  {
    name: 'paid-lines-come-back',
    rule: 'R3',
    owner: 'cart',
    breaks: 'The lines of a paid order that is cancelled are restored to the cart.',
    file: `${cart}/features/project-orders/on-order-cancelled.ts`,
    find: 'if (order.paid) return\n',
    replace: '\n',
    heldBy: int(`${cart}/features/project-orders/handlers.int.test.ts`, 'a cancelled paid order restores no lines'),
  },
  {
    name: 'old-price-overwrites-new',
    rule: 'R3',
    owner: 'cart',
    breaks: 'An older product event that arrives late overwrites a newer one.',
    file: `${cart}/db/views.ts`,
    find: 'WHERE product_id = ${productId} AND version < ${version}',
    replace: 'WHERE product_id = ${productId} AND version <> ${version}',
    heldBy: int(`${cart}/features/project-catalog/handlers.int.test.ts`, 'events in the wrong order leave the newest state'),
  },
  {
    name: 'slow-reader-restores-a-closed-cart',
    rule: 'R7',
    owner: 'cart',
    breaks: 'A slow reader writes an older or closed cart back to Redis.',
    file: `${cart}/integrations/cart-cache.ts`,
    find: "tonumber(string.match(held, '^%d+')) <= tonumber(rank)",
    replace: "tonumber(string.match(held, '^%d+')) <= tonumber(rank) + 1000000",
    heldBy: int(`${cart}/integrations/cart-cache.int.test.ts`, 'a slow reader cannot write back an older state or a closed cart'),
  },
]

export const orderMutants: readonly Mutant[] = [...orders, ...carts]

// Mutants in promotions: limits of uses, discounts for first orders, giving back, and free orders.
import { int, unit } from './holders.ts'
import type { Mutant } from './mutant.ts'

const order = 'services/order/src'
const uses = `${order}/features/place-order/promotions.int.test.ts`

export const promotionMutants: readonly Mutant[] = [
  {
    name: 'promotion-limit-is-not-kept',
    rule: 'R1',
    owner: 'order',
    breaks: 'A counter goes beyond its limit, so concurrent orders use a promotion more often than it allows.',
    file: `${order}/db/promotion-uses.ts`,
    find: ' AND (${limit} IS NULL OR used < ${limit})`',
    replace: ' AND (${limit} IS NULL OR TRUE)`',
    heldBy: int(uses, 'of a code that ten orders may use make ten orders, and the others are told that it is used up'),
  },
  {
    name: 'uses-given-back-twice',
    rule: 'R4',
    owner: 'order',
    breaks: 'The uses of a cancelled order are not marked as given back, so invariants find counters that orders contradict.',
    file: `${order}/db/promotion-uses.ts`,
    find: 'SET given_back_at = ${tx.dbNow} WHERE',
    replace: 'SET given_back_at = NULL WHERE',
    heldBy: int(uses, 'before its payment (out of stock) gives its uses back once'),
  },
  {
    name: 'paid-order-gives-uses-back',
    rule: 'R4',
    owner: 'order',
    breaks: 'An order that is cancelled after its payment gives its uses back.',
    file: `${order}/domain/checkout-saga/effects.ts`,
    find: 'if (!paid) await giveBackUses(tx, row.id)',
    replace: 'await giveBackUses(tx, row.id)',
    heldBy: int(uses, 'after its payment, while its stock is committed, keeps its uses'),
  },
  {
    name: 'two-first-orders',
    rule: 'R1',
    owner: 'order',
    breaks: 'Orders of one customer that are placed at once all get the discount for first orders.',
    file: `${order}/features/place-order/promotions.ts`,
    find: 'if (await hasOrderedBefore(tx, principal.id, email)) throw',
    replace: 'if (await hasOrderedBefore(tx, principal.id, email).then(() => false)) throw',
    heldBy: int(uses, 'goes to one of twenty orders that a customer places at once'),
  },
  {
    name: 'free-order-waits-for-a-payment',
    rule: 'R4',
    owner: 'order',
    breaks: 'An order that costs nothing asks for a payment page, which Stripe refuses.',
    file: `${order}/domain/checkout-saga/saga.ts`,
    find: "stockReserved: go('committing', ['commitStock']),",
    replace: "stockReserved: go('opening', ['requestPayment']),",
    heldBy: unit(
      `${order}/domain/checkout-saga/saga.test.ts`,
      'reservingFree and stockReserved lead to committing, with ["commitStock"]',
    ),
  },
]

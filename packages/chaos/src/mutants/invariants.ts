// Mutants that break I11 to I14 or a withdrawal: whole runs of the harness must notice them, and not only tests of the pure checks.
import type { HeldByScenario, Mutant } from './mutant.ts'

const order = 'services/order/src'
const seenInMix = (notices: RegExp): HeldByScenario => ({ scenario: 'random-mix', seed: 42, notices })

export const invariantMutants: readonly Mutant[] = [
  {
    name: 'price-frozen-without-codes',
    rule: 'R6',
    owner: 'order',
    breaks: 'The frozen input of a price lacks the codes that reduced it, so the total cannot be calculated again.',
    file: `${order}/db/price-inputs.ts`,
    find: 'codes: [...codes],',
    replace: 'codes: [],',
    heldBy: seenInMix(/I11 prices/),
  },
  {
    name: 'unpaid-order-keeps-its-uses',
    rule: 'R4',
    owner: 'order',
    breaks: 'An order that is cancelled before its payment keeps its uses, and a paid one gives them back.',
    file: `${order}/domain/checkout-saga/effects.ts`,
    find: 'if (!paid) await giveBackUses(tx, row.id)',
    replace: 'if (paid) await giveBackUses(tx, row.id)',
    heldBy: seenInMix(/I12 promotions/),
  },
  {
    name: 'catalog-restocks-all-that-came',
    rule: 'R5',
    owner: 'order',
    breaks: 'Catalog is told to restock all goods that came back, also those that the return says cannot be sold again.',
    file: `${order}/features/return-goods/operator-routes.ts`,
    find: 'restock: lines.flatMap(({ sku, restocked }) => (restocked ? [{ sku, quantity: restocked }] : [])),',
    replace: 'restock: lines.flatMap(({ sku, received }) => (received ? [{ sku, quantity: received }] : [])),',
    heldBy: seenInMix(/I13 after the sale/),
  },
  {
    name: 'refund-without-credit-note',
    rule: 'R6',
    owner: 'order',
    breaks: 'A refund that succeeded gets no credit note.',
    file: `${order}/domain/refunds.ts`,
    find: "addDue(tx, orderId, state === 'succeeded' ? 'credit_note' : 'cancellation', refundId)",
    replace: "if (state !== 'succeeded') addDue(tx, orderId, 'cancellation', refundId)",
    heldBy: seenInMix(/I14 invoices/),
  },
  {
    name: 'withdrawn-goods-stay-with-the-customer',
    rule: 'R5',
    owner: 'order',
    breaks: 'No return is opened for the shipped goods of an order whose customer has withdrawn.',
    file: `${order}/features/cancel-order/withdrawn-job.ts`,
    find: 'await enqueue<Withdrawn>(tx, withdrawnKinds.return, key, payload)',
    replace: "if (order.status === 'pending') await enqueue<Withdrawn>(tx, withdrawnKinds.return, key, payload)",
    heldBy: seenInMix(/no return asks for/),
  },
]

// Unit tests of the rule of I13: consistent orders pass, and each broken law is described.
import { expect, test } from 'vitest'
import { type AfterSale, findAfterSaleViolation } from './after-sale-rules.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const line = (id: string, sku: string, quantity: number, cancelledQuantity = 0): AfterSale['lines'][number] => ({
  id,
  sku,
  name: id,
  quantity,
  unitPrice: eur(1000),
  lineTotal: eur(1000 * quantity),
  discounts: [],
  taxes: [],
  cancelledQuantity,
})
const back = (received: number | null) => ({
  lineId: 'mug',
  sku: 'MUG',
  name: 'mug',
  quantity: 1,
  reason: 'other' as const,
  received,
  restocked: received,
})
const cancelled = (more: Partial<AfterSale['cancellations'][number]> = {}): AfterSale['cancellations'][number] => ({
  id: 'cnl_000001',
  at: '2026-11-30T12:00:00Z',
  lines: [{ lineId: 'mug', sku: 'MUG', name: 'mug', quantity: 1, refundMinor: 1000 }],
  refundId: 'rfd_1',
  refundMinor: 1000,
  ...more,
})
const ofCancellation = { id: 'rfd_1', cause: 'lines:cnl_000001', amountMinor: 1000, state: 'succeeded' } as const
const ofReturn = { id: 'rfd_2', cause: 'return:ret_1', amountMinor: 1000, state: 'pending' } as const

/** Three mugs: one cancelled, two shipped, one of which came back. */
const sound: AfterSale = {
  lines: [line('mug', 'MUG', 3, 1)],
  shipped: new Map([['MUG', 2]]),
  returns: [{ id: 'ret_1', state: 'refunded', lines: [back(1)], refundId: 'rfd_2' }],
  cancellations: [cancelled()],
  capturedMinor: 3000,
  refunds: [ofCancellation, ofReturn],
}

test.each<[string, Partial<AfterSale>]>([
  ['with a cancellation, a shipment and a return', {}],
  ['of which nothing happened', { shipped: new Map(), returns: [], cancellations: [], refunds: [] }],
  ['with a refund that an operator made', { refunds: [...sound.refunds, { ...ofReturn, id: 'rfd_3', cause: 'operator:c_1' }] }],
  [
    'with a cancellation for which nothing was left',
    { cancellations: [cancelled({ refundId: null, refundMinor: 0 })], refunds: [ofReturn] },
  ],
  ['with a refund that failed', { refunds: [{ ...ofCancellation, state: 'failed' }, ofReturn] }],
  ['with two lines of one SKU', { lines: [line('mug', 'MUG', 2, 1), line('cup', 'MUG', 1)] }],
])('an order %s violates nothing', (_, more) => {
  expect(findAfterSaleViolation({ ...sound, ...more })).toBeNull()
})

test.each<[string, Partial<AfterSale>, string]>([
  ['refunded more than captured', { capturedMinor: 900 }, 'had 900 captured and 1000 refunded'],
  ['cancelled more than ordered', { lines: [line('mug', 'MUG', 3, 4)] }, '4 cancelled'],
  ['shipped what was cancelled', { shipped: new Map([['MUG', 3]]) }, 'has shipped 3 of MUG, and 2'],
  ['shipped what was never ordered', { shipped: new Map([['HAT', 1]]) }, 'has shipped 1 of HAT, and 0'],
  ['took back more than was shipped', { shipped: new Map() }, 'got 1 of line mug back, and 0'],
  [
    'took back one unit twice',
    { returns: [1, 2, 3].map((n) => ({ id: `ret_${n}`, state: 'received' as const, lines: [back(1)], refundId: null })) },
    'got 3 of line mug back',
  ],
  ['refunded a cancellation twice', { refunds: [...sound.refunds, { ...ofCancellation, id: 'rfd_9' }] }, 'the refund rfd_9'],
  ['refunded a cancellation that is not recorded', { cancellations: [] }, 'the refund rfd_1, which its cause'],
  ['named a refund that does not exist', { refunds: [ofCancellation] }, 'names the refund rfd_2'],
  [
    'asked for another amount',
    { refunds: [{ ...ofCancellation, amountMinor: 999 }, ofReturn] },
    'recorded 1000 and asked for 999',
  ],
  [
    'paid more than the goods cost',
    { cancellations: [cancelled({ refundMinor: 1100 })], refunds: [{ ...ofCancellation, amountMinor: 1100 }, ofReturn] },
    'owes 1000',
  ],
])('an order that %s violates the rule', (_, more, description) => {
  expect(findAfterSaleViolation({ ...sound, ...more })).toContain(description)
})

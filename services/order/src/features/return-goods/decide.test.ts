// Tests of the rules of returns: quantities, windows, parcels, statuses and amounts.
import { AppError, type Order } from '@cartwright/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KnownReturn } from '../../domain/order-units.ts'
import { decideReceipt, decideReturn, decideReturnStatus, goodsFor, returnableOf } from './decide.ts'

type Line = Order['lines'][number]
const money = (amountMinor: number, currency = 'EUR') => ({ amountMinor, currency })
const line = (id: string, quantity: number, more: Partial<Line> = {}): Line => ({
  id,
  sku: id.toUpperCase(),
  name: id,
  quantity,
  unitPrice: money(1000),
  lineTotal: money(1000 * quantity),
  discounts: [],
  taxes: [],
  cancelledQuantity: 0,
  ...more,
})
const returned = (
  state: KnownReturn['state'],
  lineId: string,
  quantity: number,
  received: number | null = null,
): KnownReturn => ({
  state,
  lines: [
    {
      lineId,
      sku: lineId.toUpperCase(),
      name: lineId,
      quantity,
      reason: 'other',
      received,
      restocked: received === null ? null : 0,
    },
  ],
})
const sold = (
  returns: KnownReturn[] = [],
  shipped: [string, number][] = [
    ['MUG', 3],
    ['BAG', 1],
  ],
) => ({
  lines: [line('mug', 3), line('bag', 2)],
  shipped: new Map(shipped),
  returns,
})
const now = new Date('2026-11-30T12:00:00Z')
const open = { now, until: null }
const want = (lineId: string, quantity: number) => ({ lineId, quantity, reason: 'damaged' as const })

/** The error that a decision throws. */
const refusal = (decide: () => unknown): AppError => {
  try {
    decide()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('a request', () => {
  test('takes shipped units only, and of each line what no other return has', () => {
    expect(returnableOf(sold())).toEqual([
      { lineId: 'mug', quantity: 3 },
      { lineId: 'bag', quantity: 1 },
    ])
    expect(returnableOf(sold([returned('requested', 'mug', 2), returned('rejected', 'mug', 1)]))[0]?.quantity).toBe(1)
  })

  test('takes no units that were cancelled before they were shipped', () => {
    const lines = [line('mug', 3, { cancelledQuantity: 1 }), line('bag', 2, { cancelledQuantity: 2 })]
    expect(returnableOf({ lines, shipped: new Map([['MUG', 2]]), returns: [] })).toEqual([
      { lineId: 'mug', quantity: 2 },
      { lineId: 'bag', quantity: 0 },
    ])
  })

  test('may ask again for units that did not come', () => {
    expect(returnableOf(sold([returned('received', 'mug', 3, 1)]))[0]?.quantity).toBe(2)
  })

  test('keeps the lines that it names, with their reasons', () => {
    expect(decideReturn(sold(), [want('mug', 2)], open)).toMatchObject([
      { lineId: 'mug', sku: 'MUG', quantity: 2, reason: 'damaged' },
    ])
  })

  test.each<[string, () => unknown]>([
    ['for more than was shipped', () => decideReturn(sold(), [want('bag', 2)], open)],
    ['for an unknown line', () => decideReturn(sold(), [want('hat', 1)], open)],
    ['that names a line twice', () => decideReturn(sold(), [want('mug', 1), want('mug', 1)], open)],
    ['before anything is shipped', () => decideReturn(sold([], []), [want('mug', 1)], open)],
    ['after the window', () => decideReturn(sold(), [want('mug', 1)], { now, until: new Date(now.getTime() - 1) })],
  ])('%s is refused with what can be returned', (_, decide) => {
    const error = refusal(decide)
    expect(error.code).toBe('return_not_possible')
    expect(error.extra).toMatchObject({ returnable: [{ lineId: 'mug' }, { lineId: 'bag' }] })
  })

  test('in the last moment of the window is taken', () => {
    expect(decideReturn(sold(), [want('mug', 1)], { now, until: now })).toHaveLength(1)
  })
})

describe('a parcel', () => {
  const lines = decideReturn(sold(), [want('mug', 2), want('bag', 1)], open)

  test('holds what an operator counted, and lines that are left out did not come', () => {
    expect(decideReceipt(lines, [{ lineId: 'mug', quantity: 1, restock: true }])).toMatchObject([
      { lineId: 'mug', received: 1, restocked: 1 },
      { lineId: 'bag', received: 0, restocked: 0 },
    ])
    expect(decideReceipt(lines, [{ lineId: 'bag', quantity: 1, restock: false }])[1]).toMatchObject({ received: 1, restocked: 0 })
  })

  test.each([
    ['more than was to come', [{ lineId: 'mug', quantity: 3, restock: true }], '/lines/0/quantity'],
    ['a line of another order', [{ lineId: 'hat', quantity: 1, restock: true }], '/lines/0/lineId'],
    ['a line twice', [1, 1].map(() => ({ lineId: 'mug', quantity: 1, restock: true })), '/lines/1/lineId'],
  ])('with %s is refused at its field', (_, arrived, path) => {
    expect(refusal(() => decideReceipt(lines, arrived)).extra.errors).toMatchObject([{ path }])
  })
})

test.each([
  ['none', []],
  ['none', [returned('rejected', 'mug', 3)]],
  ['requested', [returned('requested', 'mug', 1)]],
  ['requested', [returned('refunded', 'mug', 1, 1), returned('approved', 'bag', 1)]],
  ['partial', [returned('received', 'mug', 2, 1)]],
  ['full', [returned('refunded', 'mug', 3, 3), returned('received', 'bag', 2, 2)]],
] as const)('the status is %s after %j', (status, returns) => {
  expect(decideReturnStatus({ lines: sold().lines, returns: [...returns] })).toBe(status)
})

test('the status is full when all is back that was not cancelled', () => {
  const lines = [line('mug', 3, { cancelledQuantity: 1 }), line('bag', 2, { cancelledQuantity: 2 })]
  expect(decideReturnStatus({ lines, returns: [returned('refunded', 'mug', 2, 2)] })).toBe('full')
})

describe('the refund of a return', () => {
  const discount = { promotionId: 'prm_1', name: 'Spring', amount: money(100) }
  const tax = { name: 'VAT', rate: 19, base: money(2900), amount: money(551) }
  const of = (quantity: number, received: number | null = quantity) => returned('received', 'mug', quantity, received).lines

  const priceOf = (...given: Parameters<typeof goodsFor>): number =>
    goodsFor(...given).reduce((sum, { refundMinor }) => sum + refundMinor, 0)

  test('is the price of the goods after discounts, and with a tax that came on top', () => {
    const order = { lines: [line('mug', 3, { discounts: [discount], taxes: [tax] })], currency: 'EUR' }
    expect(priceOf({ ...order, taxIncluded: true }, of(3), [])).toBe(2900)
    expect(priceOf({ ...order, taxIncluded: false }, of(3), [])).toBe(3451)
    expect(priceOf({ ...order, taxIncluded: true }, of(3, 0), [])).toBe(0)
  })

  test('adds up to what was paid, however a line comes back', () => {
    const currencies = fc.constantFrom('EUR', 'JPY', 'KWD')
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 }),
        fc.nat(99_999),
        currencies,
        (parts, units, currency) => {
          const step = currency === 'KWD' ? 10 : 1
          const quantity = parts.reduce((sum, part) => sum + part, 0)
          const paid = units * step
          const order = { lines: [line('mug', quantity, { lineTotal: money(paid, currency) })], taxIncluded: true, currency }
          const earlier: KnownReturn[] = []
          let total = 0
          for (const part of parts) {
            const refund = priceOf(order, of(part), earlier)
            expect(refund).toBeGreaterThanOrEqual(0)
            expect(refund % step).toBe(0)
            total += refund
            earlier.push(returned('refunded', 'mug', part, part))
          }
          expect(total).toBe(paid)
        },
      ),
    )
  })
})

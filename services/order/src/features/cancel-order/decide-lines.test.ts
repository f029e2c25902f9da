// Unit tests of partial cancellation: what is left to cancel, what is paid back, and what becomes of the order.
import { AppError, type Order } from '@cartwright/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideLineCancellation, type Goods } from './decide-lines.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const line = (id: string, quantity: number, cancelledQuantity = 0, sku = id.toUpperCase()): Order['lines'][number] => ({
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
const goods = (more: Partial<Goods> = {}): Goods => ({
  lines: [line('mug', 3), line('bag', 1)],
  taxIncluded: true,
  currency: 'EUR',
  shipped: new Map(),
  returns: [],
  ...more,
})

const refusal = (decide: () => unknown): AppError => {
  try {
    decide()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('what becomes of the order', () => {
  const all = [
    { lineId: 'mug', quantity: 3 },
    { lineId: 'bag', quantity: 1 },
  ]
  test.each([
    ['open', 'more is left to ship', goods(), all.slice(0, 1)],
    ['cancelled', 'nothing was shipped and nothing is left', goods(), all],
    ['shipped', 'the rest was shipped', goods({ shipped: new Map([['MUG', 3]]) }), all.slice(1)],
    ['open', 'units of the same line are left', goods({ shipped: new Map([['MUG', 1]]) }), [{ lineId: 'mug', quantity: 1 }]],
  ] as const)('is %s when %s', (end, _, state, wanted) => {
    expect(decideLineCancellation(state, wanted).order).toBe(end)
  })
})

test('the share of the line is paid back, after what was cancelled and returned of it', () => {
  const mug = { ...line('mug', 3, 1), lineTotal: eur(100) }
  const back = { lineId: 'mug', sku: 'MUG', name: 'mug', quantity: 1, reason: 'other', received: 1, restocked: 1 } as const
  const state = goods({ lines: [mug], shipped: new Map([['MUG', 1]]), returns: [{ state: 'refunded', lines: [back] }] })
  expect(decideLineCancellation(state, [{ lineId: 'mug', quantity: 1 }])).toMatchObject({
    lines: [{ sku: 'MUG', quantity: 1, refundMinor: 33 }],
    order: 'shipped',
  })
})

test.each([
  ['more than was ordered', [{ lineId: 'mug', quantity: 4 }], goods()],
  ['more than is left after a cancellation', [{ lineId: 'mug', quantity: 2 }], goods({ lines: [line('mug', 3, 2)] })],
  ['units that were shipped', [{ lineId: 'mug', quantity: 2 }], goods({ shipped: new Map([['MUG', 2]]) })],
])('%s are refused with what can be cancelled', (_, wanted, state) => {
  const error = refusal(() => decideLineCancellation(state, wanted))
  expect(error.code).toBe('over_cancel')
  expect(error.extra).toMatchObject({
    cancellable: [{ lineId: 'mug', quantity: expect.any(Number) }, ...state.lines.slice(1).map(() => ({}))],
  })
})

test.each([
  ['an unknown line', [{ lineId: 'hat', quantity: 1 }], '/lines/0/lineId'],
  ['a line twice', [1, 1].map((quantity) => ({ lineId: 'mug', quantity })), '/lines/1/lineId'],
])('%s is refused at its field', (_, wanted, path) => {
  const error = refusal(() => decideLineCancellation(goods(), wanted))
  expect([error.code, error.extra.errors]).toMatchObject(['validation_failed', [{ path }]])
})

test('any sequence of cancellations and shipments never exceeds what was ordered, also of lines with one SKU', () => {
  const step = fc.record({
    ships: fc.boolean(),
    line: fc.constantFrom('a' as const, 'b' as const),
    units: fc.integer({ min: 1, max: 4 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const cancelled = { a: 0, b: 0 }
      let shipped = 0
      for (const { ships, line: id, units } of steps) {
        const lines = [line('a', 3, cancelled.a, 'TEE'), line('b', 4, cancelled.b, 'TEE')]
        if (ships) shipped = Math.min(shipped + units, 7 - cancelled.a - cancelled.b)
        else
          try {
            const state = goods({ lines, shipped: new Map([['TEE', shipped]]) })
            const { order } = decideLineCancellation(state, [{ lineId: id, quantity: units }])
            cancelled[id] += units
            expect(order === 'open').toBe(cancelled.a + cancelled.b + shipped < 7)
          } catch (error) {
            expect(error).toMatchObject({ code: 'over_cancel' })
          }
        expect(cancelled.a + cancelled.b + shipped).toBeLessThanOrEqual(7)
      }
    }),
  )
})

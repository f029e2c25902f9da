// Unit tests of an order's rules: status transitions, order numbers and refund sums.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assertTransition, nextStatuses, normalNumber, orderNumber, refundable, refundStatusOf } from './order.ts'

const statuses = ['pending', 'processing', 'shipped', 'delivered', 'cancelled'] as const
const legal = ['pending>processing', 'pending>cancelled', 'processing>shipped', 'processing>cancelled', 'shipped>delivered']

test.each(statuses.flatMap((from) => statuses.map((to) => [from, to] as const)))(
  'the transition from %s to %s is accepted only when it is listed',
  (from, to) => {
    const order = { status: from, payment_status: 'paid', fulfilment_status: 'none' } as const
    if (legal.includes(`${from}>${to}`)) return expect(() => assertTransition(order, to)).not.toThrow()
    let refusal: unknown
    try {
      assertTransition(order, to)
    } catch (error) {
      refusal = error
    }
    expect(refusal).toMatchObject({
      code: 'order_state',
      status: 409,
      extra: { orderStatus: from, allowed: nextStatuses[from].filter((status) => status !== 'processing') },
    })
  },
)

describe('order numbers', () => {
  test('use 28 characters without vowels or look-alikes, and are recognised in any spelling', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (random) => {
        const number = orderNumber(random)
        expect(number).toMatch(/^CW-[2-9BCDFGHJKMNP-TV-Z]{4}-[2-9BCDFGHJKMNP-TV-Z]{4}$/)
        expect(normalNumber(number.toLowerCase().replaceAll('-', ' '))).toBe(number)
        expect(normalNumber(number.replaceAll('-', ''))).toBe(number)
        expect(normalNumber(number.slice(3))).toBe(number)
      }),
    )
  })
})

describe('refunds', () => {
  const part = fc.record({
    amountMinor: fc.integer({ min: 1, max: 500 }),
    state: fc.constantFrom('pending', 'succeeded', 'failed'),
  })

  test('the refundable, pending and refunded amounts add up to the captured amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.array(part), (captured, requested) => {
        const made: typeof requested = []
        for (const refund of requested) if (refund.amountMinor <= refundable(captured, made)) made.push(refund)
        const out = made.filter(({ state }) => state !== 'failed').reduce((sum, { amountMinor }) => sum + amountMinor, 0)
        expect(refundable(captured, made) + out).toBe(captured)
      }),
    )
  })

  test.each([
    [[], 'none'],
    [[['failed', 100]], 'failed'],
    [[['pending', 100]], 'pending'],
    [[['succeeded', 40]], 'partial'],
    [
      [
        ['succeeded', 40],
        ['failed', 60],
      ],
      'partial',
    ],
    [
      [
        ['succeeded', 40],
        ['pending', 60],
      ],
      'pending',
    ],
    [
      [
        ['succeeded', 40],
        ['succeeded', 60],
      ],
      'full',
    ],
    [[['succeeded', 120]], 'full'],
  ] as const)('of 100 captured, %j is %s', (parts, status) => {
    expect(
      refundStatusOf(
        100,
        parts.map(([state, amountMinor]) => ({ state, amountMinor })),
      ),
    ).toBe(status)
  })

  test('a dashboard refund of more than was captured leaves nothing refundable', () => {
    expect(refundable(100, [{ state: 'succeeded', amountMinor: 120 }])).toBe(0)
  })
})

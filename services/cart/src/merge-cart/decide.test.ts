// What a guest's cart adds to a customer's, for any two carts.
import { cartLimit, lineLimit } from '@cartwright/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withLines } from '../cart.ts'
import { aCart, aLine, aView, quantities, views } from '../fixtures.ts'
import { decideMerge } from './decide.ts'

const merged = (
  own: Record<string, number>,
  guest: Record<string, number>,
  known = views(aView('A'), aView('B'), aView('C', {}), aView('D', { EUR: 1000 }, 0)),
) => {
  const cart = aCart(Object.entries(own).map(([sku, quantity]) => aLine(sku, quantity)))
  const theirs = aCart(Object.entries(guest).map(([sku, quantity]) => ({ ...aLine(sku, quantity), id: `lin_guest${sku}` })))
  const { changed, problems } = decideMerge(cart, theirs, known)
  return { lines: quantities(withLines(cart, changed)), problems: problems.map(({ code, sku }) => `${sku} ${code}`), changed }
}

describe('decideMerge', () => {
  test.each([
    ['empty into empty', {}, {}, {}, []],
    ['empty into some', { A: 1 }, {}, { A: 1 }, []],
    ['some into empty', {}, { A: 2 }, { A: 2 }, []],
    ['equal carts sum', { A: 2 }, { A: 2 }, { A: 4 }, []],
    ['disjoint carts join', { A: 1 }, { B: 1 }, { A: 1, B: 1 }, []],
    ['a sum is capped to stock', { A: 6 }, { A: 6 }, { A: 10 }, ['A out_of_stock']],
    ['a customer keeps more than there is', { A: 12 }, { A: 3 }, { A: 12 }, []],
    ['what is not sold is left out', {}, { C: 1 }, {}, ['C unavailable']],
    ['what is sold out is left out', {}, { D: 1 }, {}, ['D out_of_stock']],
    ['what is not sold stays where the customer had it', { C: 1 }, { C: 5 }, { C: 1 }, []],
  ])('%s', (_, own, guest, lines, problems) => {
    expect(merged(own, guest)).toMatchObject({ lines, problems })
  })

  test('a sum is capped to the limit of a line, and new lines to the limit of a cart', () => {
    expect(merged({ A: 999 }, { A: 1 }, views(aView('A', { EUR: 1 }, 5000)))).toMatchObject({
      lines: { A: lineLimit },
      problems: ['A cart_limit'],
    })
    const full = Object.fromEntries(Array.from({ length: cartLimit }, (_, index) => [`F${index}`, 1]))
    const known = views(aView('A'), ...Object.keys(full).map((sku) => aView(sku)))
    expect(merged(full, { A: 1, F0: 1 }, known)).toMatchObject({ lines: { ...full, F0: 2 }, problems: ['A cart_limit'] })
  })

  test('a sum is capped to what can be paid at once, and what the customer had stays even above it', () => {
    const dear = views(aView('A', { EUR: 40_000_000 }), aView('B', { EUR: 19_000_000 }))
    expect(merged({ A: 1 }, { A: 3, B: 2 }, dear)).toMatchObject({
      lines: { A: 2, B: 1 },
      problems: ['A cart_limit', 'B cart_limit'],
    })
    expect(merged({ A: 3 }, { A: 1, B: 1 }, dear)).toMatchObject({ lines: { A: 3 }, problems: ['A cart_limit', 'B cart_limit'] })
    const [problem] = decideMerge(aCart([aLine('A', 1)]), aCart([aLine('A', 3)]), dear).problems
    expect(problem).toMatchObject({ lineId: 'lin_a', requested: 4, available: 2 })
  })

  test('what came from the guest is told by line', () => {
    const { taken } = decideMerge(
      aCart([aLine('A', 6)]),
      aCart([aLine('A', 6), aLine('B', 2), aLine('C')]),
      views(aView('A'), aView('B')),
    )
    expect(taken).toEqual([
      { lineId: 'lin_a', sku: 'A', quantity: 4 },
      { lineId: 'lin_b', sku: 'B', quantity: 2 },
    ])
  })

  test('a price that changed since the guest saw it stays a problem', () => {
    const guest = aCart([aLine('A', 1, 900)])
    expect(decideMerge(aCart([]), guest, views(aView('A'))).changed).toMatchObject([{ seenMinor: 900 }])
    expect(decideMerge(aCart([], 'USD'), guest, views(aView('A', { USD: 1100 }))).changed).toMatchObject([{ seenMinor: 1100 }])
  })

  test('never less than the customer had, never more than the sum, and never above stock unless she had it', () => {
    const cart = fc.dictionary(fc.constantFrom('A', 'B', 'C', 'D'), fc.integer({ min: 1, max: 999 }))
    fc.assert(
      fc.property(cart, cart, fc.integer({ min: 0, max: 1500 }), (own, guest, available) => {
        const known = views(...['A', 'B', 'C', 'D'].map((sku) => aView(sku, { EUR: 1 }, available)))
        const { lines } = merged(own, guest, known)
        for (const sku of ['A', 'B', 'C', 'D']) {
          const [had, wanted, got] = [own[sku] ?? 0, (own[sku] ?? 0) + (guest[sku] ?? 0), lines[sku] ?? 0]
          expect(got).toBe(Math.max(had, Math.min(wanted, available, lineLimit)))
        }
      }),
    )
  })
})

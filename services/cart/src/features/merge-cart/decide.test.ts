// What a guest's cart adds to a customer's, for any two carts.
import { cartLimit, lineLimit } from '@cartwright/contracts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { priceOf, withLines } from '../../domain/cart.ts'
import { aCart, aLine, aView, quantities, views } from '../../fixtures.ts'
import { decideMerge } from './decide.ts'

const merged = (
  own: Record<string, number>,
  guest: Record<string, number>,
  known = views(aView('A'), aView('B'), aView('C', {}), aView('D', { EUR: 1000 }, 0)),
) => {
  const cart = aCart(Object.entries(own).map(([sku, quantity]) => aLine(sku, quantity)))
  const guestCart = aCart(Object.entries(guest).map(([sku, quantity]) => ({ ...aLine(sku, quantity), id: `lin_guest${sku}` })))
  const { changed, problems } = decideMerge(cart, guestCart, known)
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
    ['what is not sold stays as a line', {}, { C: 1 }, { C: 1 }, []],
    ['what is sold out stays as a line', {}, { D: 3 }, { D: 3 }, []],
    ['what is not sold sums with what the customer had', { C: 1 }, { C: 5 }, { C: 6 }, []],
    ['what is sold out does not rise where the customer had it', { D: 2 }, { D: 5 }, { D: 2 }, []],
  ])('%s', (_, own, guest, lines, problems) => {
    expect(merged(own, guest)).toMatchObject({ lines, problems })
  })

  test('sums are capped to the limit of a line, and new lines to the limit of a cart', () => {
    expect(merged({ A: 999 }, { A: 1 }, views(aView('A', { EUR: 1 }, 5000)))).toMatchObject({
      lines: { A: lineLimit },
      problems: ['A cart_limit'],
    })
    const full = Object.fromEntries(Array.from({ length: cartLimit }, (_, index) => [`F${index}`, 1]))
    const known = views(aView('A'), ...Object.keys(full).map((sku) => aView(sku)))
    expect(merged(full, { A: 1, F0: 1 }, known)).toMatchObject({ lines: { ...full, F0: 2 }, problems: ['A cart_limit'] })
  })

  test('sums are capped to the limit of a payment, and the customer’s own lines stay even above it', () => {
    const dear = views(aView('A', { EUR: 40_000_000 }), aView('B', { EUR: 19_000_000 }))
    expect(merged({ A: 1 }, { A: 3, B: 2 }, dear)).toMatchObject({
      lines: { A: 2, B: 1 },
      problems: ['A cart_limit', 'B cart_limit'],
    })
    expect(merged({ A: 3 }, { A: 1, B: 1 }, dear)).toMatchObject({ lines: { A: 3 }, problems: ['A cart_limit', 'B cart_limit'] })
    const [problem] = decideMerge(aCart([aLine('A', 1)]), aCart([aLine('A', 3)]), dear).problems
    expect(problem).toMatchObject({ lineId: 'lin_a', requested: 4, available: 2 })
  })

  test('the quantities that came from the guest are listed by line', () => {
    const { taken } = decideMerge(
      aCart([aLine('A', 6)]),
      aCart([aLine('A', 6), aLine('B', 2), aLine('C')]),
      views(aView('A'), aView('B')),
    )
    expect(taken).toEqual([
      { lineId: 'lin_a', sku: 'A', quantity: 4 },
      { lineId: 'lin_b', sku: 'B', quantity: 2 },
      { lineId: 'lin_c', sku: 'C', quantity: 1 },
    ])
  })

  test('a price that changed since the guest saw it stays a problem', () => {
    const guest = aCart([aLine('A', 1, 900)])
    expect(decideMerge(aCart([]), guest, views(aView('A'))).changed).toMatchObject([{ seenMinor: 900 }])
    expect(decideMerge(aCart([], 'USD'), guest, views(aView('A', { USD: 1100 }))).changed).toMatchObject([{ seenMinor: 1100 }])
  })

  test('a merged quantity is at least the customer’s, at most the sum, and above stock only if the customer’s was', () => {
    const cart = fc.dictionary(fc.constantFrom('A', 'B', 'C', 'D'), fc.integer({ min: 1, max: 999 }))
    fc.assert(
      fc.property(cart, cart, fc.integer({ min: 0, max: 1500 }), (own, guest, available) => {
        const known = views(...['A', 'B', 'C', 'D'].map((sku) => aView(sku, { EUR: 1 }, available)))
        const { lines } = merged(own, guest, known)
        for (const sku of ['A', 'B', 'C', 'D']) {
          const [had, wanted, got] = [own[sku] ?? 0, (own[sku] ?? 0) + (guest[sku] ?? 0), lines[sku] ?? 0]
          const cap = available === 0 && had === 0 ? wanted : available
          expect(got).toBe(Math.max(had, Math.min(wanted, cap, lineLimit)))
        }
      }),
    )
  })

  test('below the limits of a cart no SKU of either cart is lost, for any currencies and prices', () => {
    const currency = fc.constantFrom('EUR', 'USD', 'JPY')
    const prices = fc.dictionary(currency, fc.integer({ min: 1, max: 500 }))
    const skus = ['A', 'B', 'C', 'D']
    const cart = fc.dictionary(fc.constantFrom(...skus), fc.integer({ min: 1, max: 99 }))
    const known = fc.tuple(...skus.map(() => fc.tuple(prices, fc.option(fc.integer({ min: 0, max: 200 })), fc.boolean())))
    fc.assert(
      fc.property(cart, cart, currency, currency, known, (own, guest, ownCurrency, guestCurrency, catalog) => {
        const seen = views(...catalog.map(([price, stock, sold], index) => aView(skus[index] ?? '', price, stock, sold)))
        const lines = (input: Record<string, number>) => Object.entries(input).map(([sku, quantity]) => aLine(sku, quantity))
        const before = aCart(lines(own), ownCurrency)
        const { changed } = decideMerge(before, aCart(lines(guest), guestCurrency), seen)
        const after = quantities(withLines(before, changed))
        expect(Object.keys(after).sort()).toEqual([...new Set([...Object.keys(own), ...Object.keys(guest)])].sort())
        for (const [sku, quantity] of Object.entries(own)) expect(after[sku]).toBeGreaterThanOrEqual(quantity)
        for (const [sku, quantity] of Object.entries(guest))
          if (priceOf(seen.get(sku), ownCurrency) === null) expect(after[sku]).toBe(quantity + (own[sku] ?? 0))
      }),
    )
  })
})

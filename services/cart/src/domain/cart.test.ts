// Totals and problems of a cart, for any lines, prices and stock.
import { money } from '@cartwright/contracts'
import { emptyRules } from '@cartwright/pricing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aCart, aLine, aView, views } from '../fixtures.ts'
import { asSeen, priceCart, withLines } from './cart.ts'

const pricing = {
  publicUrl: 'https://shop.example',
  language: 'en' as const,
  at: new Date('2026-11-30T12:00:00Z'),
  rules: emptyRules,
}

describe('priceCart', () => {
  test('the subtotal is the sum of the lines, and the total the sum of subtotal, shipping, tax and discount', () => {
    const line = fc.record({
      quantity: fc.integer({ min: 1, max: 999 }),
      price: fc.option(fc.integer({ min: 0, max: 10_000_000 })),
      sellable: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 100 }), fc.constantFrom('EUR', 'USD', 'JPY', 'KWD'), (inputs, currency) => {
        const lines = inputs.map(({ quantity, price }, index) => aLine(`S${index}`, quantity, price))
        const known = views(
          ...inputs.map(({ price, sellable }, index) =>
            aView(`S${index}`, price === null ? {} : { [currency]: price }, 5, sellable),
          ),
        )
        const cart = priceCart(aCart(lines, currency), known, pricing)
        const sum = cart.lines.reduce((total, { lineTotal }) => total + lineTotal.amountMinor, 0)
        expect(cart.subtotal).toEqual(money(sum, currency))
        expect(cart.total.amountMinor).toBe(
          cart.subtotal.amountMinor + cart.shipping.amountMinor + cart.tax.amountMinor - cart.discount.amountMinor,
        )
        for (const priced of cart.lines)
          expect(priced.lineTotal.amountMinor).toBe((priced.unitPrice?.amountMinor ?? 0) * priced.quantity)
        const unpriced = cart.lines.filter(({ unitPrice }) => unitPrice === null).map(({ id }) => id)
        expect(cart.problems.filter(({ code }) => code === 'unavailable').map(({ lineId }) => lineId)).toEqual(unpriced)
      }),
      { numRuns: 300 },
    )
  })

  test('a changed price is charged and shown with the seen one, until the line is written', () => {
    const known = views(aView('A', { EUR: 1200 }))
    const line = aLine('A', 2, 1000)
    const cart = priceCart(aCart([line]), known, pricing)
    expect(cart.total).toEqual(money(2400, 'EUR'))
    expect(cart.problems).toEqual([
      { code: 'price_changed', lineId: line.id, sku: 'A', oldPrice: money(1000, 'EUR'), newPrice: money(1200, 'EUR') },
    ])
    expect(priceCart(aCart([asSeen(line, known.get('A'), 'EUR')]), known, pricing).problems).toEqual([])
  })

  test('a line may have a changed price and too little stock at once', () => {
    const cart = priceCart(aCart([aLine('A', 11, 1)]), views(aView('A')), pricing)
    expect(cart.problems.map(({ code }) => code)).toEqual(['price_changed', 'out_of_stock'])
  })

  test('a line that is not sold any more counts zero and keeps its name', () => {
    const cart = priceCart(aCart([aLine('A', 2)]), views(aView('A', { EUR: 1000 }, 10, false)), pricing)
    expect(cart.lines).toMatchObject([{ name: 'A', unitPrice: null, lineTotal: money(0, 'EUR') }])
    expect(cart.problems.map(({ code }) => code)).toEqual(['unavailable'])
  })

  test('unknown stock causes no problem', () => {
    expect(priceCart(aCart([aLine('A', 500)]), views(aView('A', { EUR: 1000 }, null)), pricing).problems).toEqual([])
  })
})

test('lines replace their SKU and are ordered by creation', () => {
  const cart = aCart([aLine('A', 1), aLine('B', 2)])
  expect(withLines(cart, [aLine('B', 5), aLine('C', 1)]).lines.map(({ sku, quantity }) => `${sku}${quantity}`)).toEqual([
    'A1',
    'B5',
    'C1',
  ])
})

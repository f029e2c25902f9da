// Lines that stay after an order and lines that are restored, for any cart.
import { cartLimit, money } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import type { CartState } from '../../db/stored-cart.ts'
import type { Views } from '../../domain/cart.ts'
import { aCart, aLine, aView, views } from '../../fixtures.ts'
import { linesNotOrdered, removeOrderedLines, restoreOrderedLines } from './decide.ts'

const ordered = (sku: string, quantity: number, price = money(1000, 'EUR')) => ({ sku, quantity, unitPrice: price })

describe('linesNotOrdered', () => {
  test('other lines stay, a larger quantity stays as the difference, a smaller one leaves no line', () => {
    const lines = [aLine('A', 3), aLine('B', 1), aLine('C', 2)]
    const left = linesNotOrdered(lines, [ordered('A', 1), ordered('C', 5), ordered('D', 1)])
    expect(left).toEqual([{ ...aLine('A', 3), quantity: 2 }, aLine('B', 1)])
  })
})

describe('removeOrderedLines', () => {
  const came = (sku: string, quantity: number, lineId = `lin_${sku.toLowerCase()}`) => ({ lineId, sku, quantity })

  test('ordered quantities are removed, but not the customer’s own, nor what was written after ordering', () => {
    const lines = [aLine('A', 3), aLine('B', 1), aLine('C', 5), aLine('D', 1)]
    const taken = [came('A', 1), came('B', 1), came('C', 5)]
    expect(removeOrderedLines(lines, taken, [ordered('A', 2), ordered('B', 1), ordered('C', 2)])).toEqual([
      { ...aLine('A', 3), quantity: 2 },
      { ...aLine('B', 1), quantity: 0 },
      { ...aLine('C', 5), quantity: 3 },
    ])
  })

  test('a quantity never falls below zero, and a line that the shopper created again stays', () => {
    expect(removeOrderedLines([aLine('A', 1)], [came('A', 4)], [ordered('A', 4)])).toEqual([{ ...aLine('A', 1), quantity: 0 }])
    expect(removeOrderedLines([aLine('A', 2)], [came('A', 2, 'lin_before')], [ordered('A', 2)])).toEqual([])
  })
})

describe('restoreOrderedLines', () => {
  const known = views(aView('A'), aView('B'))
  const back = (cart: CartState, lines: ReturnType<typeof ordered>[], seen: Views = known) =>
    restoreOrderedLines(cart, lines, seen, () => 'lin_new001')

  test('quantities sum up to the limit of a line, and ordered prices count as seen', () => {
    expect(back(aCart([aLine('A', 998, 1)]), [ordered('A', 5), ordered('B', 2, money(700, 'EUR'))])).toEqual({
      changed: [{ ...aLine('A', 999, 1) }, { id: 'lin_new001', sku: 'B', quantity: 2, seenMinor: 700 }],
      leftOut: ['A'],
    })
  })

  test('a price in another currency was not seen in this cart', () => {
    expect(back(aCart([], 'USD'), [ordered('A', 1)]).changed).toMatchObject([{ seenMinor: null }])
  })

  test('restored lines never exceed the largest number of lines', () => {
    const full = aCart(Array.from({ length: cartLimit }, (_, index) => aLine(`F${index}`)))
    expect(back(full, [ordered('A', 1), ordered('F0', 1)])).toEqual({ changed: [aLine('F0', 2)], leftOut: ['A'] })
  })

  test('restored lines never lift the total at current prices above the limit of a payment', () => {
    const dear = views(aView('A', { EUR: 30_000_000 }), aView('B', { EUR: 10_000_000 }))
    expect(back(aCart([aLine('B', 1)]), [ordered('A', 4), ordered('B', 1)], dear)).toEqual({
      changed: [{ id: 'lin_new001', sku: 'A', quantity: 2, seenMinor: 1000 }, aLine('B', 2)],
      leftOut: ['A'],
    })
  })
})

// What an order leaves behind and what comes back, for any cart.
import { money } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { aCart, aLine } from '../fixtures.ts'
import { givenBack, leftBehind } from './decide.ts'

const ordered = (sku: string, quantity: number, price = money(1000, 'EUR')) => ({ sku, quantity, unitPrice: price })

describe('leftBehind', () => {
  test('other lines stay, more than was ordered stays as the difference, less leaves nothing', () => {
    const lines = [aLine('A', 3), aLine('B', 1), aLine('C', 2)]
    const left = leftBehind(lines, [ordered('A', 1), ordered('C', 5), ordered('D', 1)])
    expect(left).toEqual([{ ...aLine('A', 3), quantity: 2 }, aLine('B', 1)])
  })
})

describe('givenBack', () => {
  test('quantities sum up to the limit of a line, and ordered prices are the ones that were seen', () => {
    const back = givenBack(aCart([aLine('A', 998, 1)]), [ordered('A', 5), ordered('B', 2, money(700, 'EUR'))], () => 'lin_new001')
    expect(back).toEqual([{ ...aLine('A', 999, 1) }, { id: 'lin_new001', sku: 'B', quantity: 2, seenMinor: 700 }])
  })

  test('a price in another currency was not seen in this cart', () => {
    expect(givenBack(aCart([], 'USD'), [ordered('A', 1)], () => 'lin_new001')).toMatchObject([{ seenMinor: null }])
  })
})

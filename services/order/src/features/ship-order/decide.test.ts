// Unit tests of the shipment decision.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideShipment } from './decide.ts'

const ordered = [
  { sku: 'A', quantity: 2 },
  { sku: 'B', quantity: 1 },
  { sku: 'A', quantity: 1 },
]

test('a shipment without lines holds the whole rest, with the lines of one SKU summed', () => {
  expect(decideShipment(ordered, [], undefined)).toEqual({
    lines: [
      { sku: 'A', quantity: 3 },
      { sku: 'B', quantity: 1 },
    ],
    complete: true,
  })
  expect(decideShipment(ordered, [{ sku: 'B', quantity: 1 }], undefined)).toEqual({
    lines: [{ sku: 'A', quantity: 3 }],
    complete: true,
  })
})

test('a partial shipment leaves the rest open', () => {
  expect(decideShipment(ordered, [], [{ sku: 'A', quantity: 1 }])).toEqual({
    lines: [{ sku: 'A', quantity: 1 }],
    complete: false,
  })
})

test('any sequence of shipments is complete exactly when everything is shipped, and never ships more', () => {
  const request = fc.array(fc.record({ sku: fc.constantFrom('A', 'B', 'C'), quantity: fc.integer({ min: 1, max: 3 }) }), {
    minLength: 1,
    maxLength: 3,
  })
  fc.assert(
    fc.property(fc.array(request, { maxLength: 8 }), (requests) => {
      const shipped: { sku: string; quantity: number }[] = []
      const gone = (sku: string) => shipped.filter((line) => line.sku === sku).reduce((sum, line) => sum + line.quantity, 0)
      for (const wanted of requests) {
        try {
          const { lines, complete } = decideShipment(ordered, shipped, wanted)
          shipped.push(...lines)
          expect(complete).toBe(gone('A') === 3 && gone('B') === 1)
        } catch (error) {
          expect(error).toMatchObject({ code: 'validation_failed' })
        }
        expect([gone('A') <= 3, gone('B') <= 1, gone('C')]).toEqual([true, true, 0])
      }
    }),
  )
})

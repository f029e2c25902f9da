// The price of 20 lines under 50 rules costs about as much as reading those rules from JSON.
import { money, type PromotionEffect } from '@cartwright/contracts'
import { expect, test } from 'vitest'
import { flat, line, promotion, request, taxRate, zone } from './price.fixture.ts'
import { price } from './price.ts'

const effects: PromotionEffect[] = [
  { kind: 'percent', percent: 5 },
  { kind: 'fixed_amount', amounts: [money(500, 'EUR')] },
  { kind: 'buy_x_get_y', buyQuantity: 2, getQuantity: 1, percent: 50 },
  { kind: 'percent', percent: 10 },
]
const conditions = [{}, { categoryIds: ['cat_000001', 'cat_000002'] }, { skus: ['SKU-3', 'SKU-4'] }]
const id = (prefix: string, index: number) => `${prefix}_${String(index).padStart(6, '0')}`

/** 30 promotions that all apply, 10 tax rates, 10 shipping options. */
const cart = request(
  Array.from({ length: 20 }, (_, index) =>
    line(`sku-${index}`, 1999 + index * 137, 1 + (index % 4), {
      categoryIds: [id('cat', index % 5)],
      taxClass: index % 3 === 0 ? 'reduced' : 'standard',
      weightGrams: 300,
    }),
  ),
  {
    destination: { country: 'DE' },
    shippingOptionId: id('opt', 4),
    with: {
      promotions: Array.from({ length: 30 }, (_, index) =>
        promotion(effects[index % 4] as PromotionEffect, {
          id: id('prm', index),
          priority: index % 7,
          conditions: conditions[index % 3] ?? {},
        }),
      ),
      taxRates: ['DE', 'AT', 'FR', 'IT', 'ES'].flatMap((country) => [
        taxRate('VAT', country, 19),
        taxRate('VAT', country, 7, { taxClass: 'reduced' }),
      ]),
      shippingZones: [
        zone('zon_000001', [{ code: 'DE' }], ...Array.from({ length: 10 }, (_, index) => flat(id('opt', index), 490 + index))),
      ],
    },
  },
)

/** Milliseconds of one call: the fastest of many rounds, so that other work on the machine does not count. */
const fastest = (work: () => unknown): number => {
  const rounds = Array.from({ length: 40 }, () => {
    const started = performance.now()
    for (let call = 0; call < 20; call++) work()
    return (performance.now() - started) / 20
  })
  return Math.min(...rounds)
}

test('20 lines under 50 rules are priced in a fraction of a millisecond', () => {
  const priced = price(cart)
  expect(priced.discounts.length).toBeGreaterThan(10)
  expect([priced.shipping.price.amountMinor, priced.problems]).toEqual([494, []])
  const text = JSON.stringify(cart.rules)
  const yardstick = fastest(() => JSON.parse(text))
  const measured = fastest(() => price(cart))
  // Measured: 0.07 ms against 0.03 ms.
  expect(measured).toBeLessThan(yardstick * 15)
})

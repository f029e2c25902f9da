// Promotions: what each kind takes off, when one applies, how several stack, and why a code does not apply.
import { money, type Promotion, type PromotionEffect } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { at, flat, line, promotion, request, zone } from './price.fixture.ts'
import { price } from './price.ts'
import type { PriceRequest } from './types.ts'

const ten: PromotionEffect = { kind: 'percent', percent: 10 }
const euros = (amountMinor: number): PromotionEffect => ({ kind: 'fixed_amount', amounts: [money(amountMinor, 'EUR')] })

const offs = (lines: PriceRequest['lines'], promotions: Promotion[], more: Partial<PriceRequest> = {}) =>
  price(request(lines, { ...more, with: { promotions } })).lines.map(({ discounts }) =>
    discounts.reduce((sum, { amount }) => sum + amount.amountMinor, 0),
  )

describe('a promotion', () => {
  test('of percent is rounded half up on each line', () => {
    // 10 % of 1445, 1444 and 5 are 144.5, 144.4 and 0.5.
    expect(offs([line('a', 1445), line('b', 1444), line('c', 5)], [promotion(ten)])).toEqual([145, 144, 1])
  })

  test('of a fixed amount is distributed by the largest remainder', () => {
    // 1000 over 3333, 3333, 3334: 333.3, 333.3, 333.4.
    expect(offs([line('a', 3333), line('b', 3333), line('c', 3334)], [promotion(euros(1000))])).toEqual([333, 333, 334])
    // 100 over three equal lines: the first by id gets the cent that is left.
    expect(offs([line('b', 500), line('c', 500), line('a', 500)], [promotion(euros(100))])).toEqual([33, 33, 34])
  })

  test('of a fixed amount takes no more than the lines cost', () => {
    expect(offs([line('a', 300), line('b', 0), line('c', 200)], [promotion(euros(9999))])).toEqual([300, 0, 200])
  })

  test('of a fixed amount in dinars is distributed in steps of ten fils', () => {
    const inDinars = (id: string, amount: number) => line(id, 0, 1, { unitPrice: money(amount, 'KWD') })
    const off = promotion({ kind: 'fixed_amount', amounts: [money(1000, 'KWD')] })
    expect(offs([inDinars('a', 1000), inDinars('b', 1000), inDinars('c', 1000)], [off])).toEqual([340, 330, 330])
  })

  test.each([
    [1, 1, [0, 0]],
    [1, 3, [0, 500]],
    [2, 1, [0, 500]],
    [3, 3, [0, 1000]],
    [5, 1, [750, 500]],
    [8, 1, [1500, 500]],
  ])('of buy 2 get 1 with %i dear and %i cheap units discounts the cheapest', (dear, cheap, expected) => {
    const effect: PromotionEffect = { kind: 'buy_x_get_y', buyQuantity: 2, getQuantity: 1, percent: 100 }
    const off = offs([line('dear', 750, dear), line('cheap', 500, cheap)], [promotion(effect)])
    expect(off).toEqual(expected)
  })

  test('of buy 1 get 1 at half price rounds once for a line', () => {
    const effect: PromotionEffect = { kind: 'buy_x_get_y', buyQuantity: 1, getQuantity: 1, percent: 50 }
    // Two units at 3.33: 6.66 × 50 %.
    expect(offs([line('a', 333, 4)], [promotion(effect)])).toEqual([333])
  })

  test('of free shipping waives the chosen option and leaves the lines', () => {
    const { shipping, discounts, totals, lines } = price(
      request([line('a', 1000)], {
        destination: { country: 'DE' },
        shippingOptionId: 'opt_000001',
        with: {
          shippingZones: [zone('zon_000001', [{ code: 'DE' }], flat('opt_000001', 490))],
          promotions: [promotion({ kind: 'free_shipping' })],
        },
      }),
    )
    const waived = { promotionId: 'prm_000001', name: 'Offer', amount: money(490, 'EUR') }
    expect([shipping.discounts, discounts, lines[0]?.discounts]).toEqual([[waived], [waived], []])
    expect(totals).toMatchObject({ shipping: money(490, 'EUR'), discount: money(490, 'EUR'), total: money(1000, 'EUR') })
  })

  test('means the lines of its SKUs and of its categories', () => {
    const lines = [
      line('a', 1000),
      line('b', 1000, 1, { categoryIds: ['cat_000009', 'cat_000001'] }),
      line('c', 1000, 1, { categoryIds: ['cat_000002'] }),
    ]
    const conditions = { skus: ['A'], categoryIds: ['cat_000001'] }
    expect(offs(lines, [promotion(ten, { conditions })])).toEqual([100, 100, 0])
  })
})

describe('several promotions', () => {
  const five = promotion(euros(500), { id: 'prm_000005', priority: 1 })
  const tenth = promotion(ten, { id: 'prm_000010' })

  test('apply by falling priority, each to what is left', () => {
    // 5.00 off 20.00, then 10 % of 15.00; the other way round 10 % of 20.00, then 5.00.
    expect(offs([line('a', 2000)], [tenth, five])).toEqual([650])
    expect(offs([line('a', 2000)], [{ ...tenth, priority: 2 }, five])).toEqual([700])
  })

  test('of one priority apply by their ids', () => {
    expect(offs([line('a', 2000)], [tenth, { ...five, priority: 0 }])).toEqual([650])
  })

  test.each([
    ['first, keeps the others out', { priority: 2 }, [200]],
    ['later, does not apply beside the first', { priority: 0 }, [500]],
    ['that does not apply, keeps no other out', { priority: 2, conditions: { firstOrder: true as const } }, [500]],
    ['that takes nothing off, keeps no other out', { priority: 2, effect: { kind: 'free_shipping' as const } }, [500]],
  ])('of which an exclusive one comes %s', (_, more, expected) => {
    expect(offs([line('a', 2000)], [{ ...tenth, exclusive: true, ...more }, five])).toEqual(expected)
  })

  test('never take more than a line costs', () => {
    const all = promotion({ kind: 'percent', percent: 100 })
    expect(offs([line('a', 999)], [all, five, tenth])).toEqual([999])
  })
})

const day = 24 * 3600 * 1000
const before = new Date(at.getTime() - day).toISOString()
const after = new Date(at.getTime() + day).toISOString()
const entered = { code: 'SPRING', promotionId: 'prm_000001' }

describe('a code', () => {
  const withCode = (more: Partial<Promotion>, asked: Partial<PriceRequest> = {}) =>
    price(
      request([line('a', 2000)], {
        codes: [entered],
        ...asked,
        with: { promotions: [promotion(ten, { trigger: 'code', ...more })] },
      }),
    )

  test('applies its promotion, and stands with the discount', () => {
    const { lines, problems } = withCode({ conditions: { startsAt: at.toISOString(), endsAt: after } })
    expect(lines[0]?.discounts).toEqual([{ promotionId: 'prm_000001', name: 'Offer', code: 'SPRING', amount: money(200, 'EUR') }])
    expect(problems).toEqual([])
  })

  test('is needed by its promotion', () => {
    expect(withCode({}, { codes: [] }).discounts).toEqual([])
  })

  test.each([
    ['not_available', { id: 'prm_000002' }],
    ['not_started', { conditions: { startsAt: after } }],
    ['ended', { conditions: { endsAt: at.toISOString() } }],
    ['ended', { conditions: { startsAt: before, endsAt: before } }],
    ['currency', { conditions: { currencies: ['USD'] } }],
    ['currency', { conditions: { minimumSubtotals: [money(1, 'USD')] } }],
    ['currency', { effect: { kind: 'fixed_amount', amounts: [money(1, 'USD')] } }],
    ['minimum_subtotal', { conditions: { minimumSubtotals: [money(2001, 'EUR')] } }],
    ['first_order_only', { conditions: { firstOrder: true } }],
    ['no_matching_lines', { conditions: { skus: ['B'] } }],
    ['no_effect', { effect: { kind: 'free_shipping' } }],
  ] as const)('does not apply: %s', (reason, more) => {
    const { problems, discounts } = withCode(structuredClone(more) as Partial<Promotion>)
    expect(problems).toEqual([{ code: 'code_not_applicable', promotionCode: 'SPRING', reason }])
    expect(discounts).toEqual([])
  })

  test('of a first order applies to a customer’s first order', () => {
    const conditions = { firstOrder: true as const }
    expect(withCode({ conditions }, { customer: { isFirstOrder: true } }).totals.discount).toEqual(money(200, 'EUR'))
    expect(withCode({ conditions }, { customer: { isFirstOrder: false } }).problems).toHaveLength(1)
  })

  test('is not combined with a second code of its promotion, nor with an exclusive promotion', () => {
    const second = { code: 'AUTUMN', promotionId: 'prm_000001' }
    expect(withCode({}, { codes: [entered, second] })).toMatchObject({
      discounts: [{ code: 'AUTUMN', amount: money(200, 'EUR') }],
      problems: [{ promotionCode: 'SPRING', reason: 'not_combinable' }],
    })
    const exclusive = promotion(ten, { id: 'prm_000009', priority: 9, exclusive: true })
    const { problems } = price(
      request([line('a', 2000)], { codes: [entered], with: { promotions: [promotion(ten, { trigger: 'code' }), exclusive] } }),
    )
    expect(problems).toMatchObject([{ promotionCode: 'SPRING', reason: 'not_combinable' }])
  })
})

describe('a promotion without a use left', () => {
  const lines = [line('a', 2000)]
  const priced = (promotions: Promotion[], usedUp: string[], codes: PriceRequest['codes'] = []) =>
    price(request(lines, { usedUp, codes, with: { promotions } }))
  const tenth = promotion(ten)
  const other = promotion(euros(500), { id: 'prm_000005' })

  test('takes nothing off, and the others apply as if it were not there', () => {
    expect(priced([tenth, other], [tenth.id])).toEqual(priced([other], []))
    expect(priced([tenth], [tenth.id])).toEqual(priced([], []))
  })

  test('keeps no other out when it is exclusive', () => {
    const exclusive = { ...tenth, exclusive: true, priority: 9 }
    expect(priced([exclusive, other], []).totals.discount).toEqual(money(200, 'EUR'))
    expect(priced([exclusive, other], [exclusive.id]).totals.discount).toEqual(money(500, 'EUR'))
  })

  test('is the reason why its code does not apply, before every other reason', () => {
    for (const more of [{}, { conditions: { firstOrder: true as const } }, { conditions: { endsAt: before } }]) {
      const { problems, discounts } = priced([promotion(ten, { trigger: 'code', ...more })], ['prm_000001'], [entered])
      expect(problems).toEqual([{ code: 'code_not_applicable', promotionCode: 'SPRING', reason: 'used_up' }])
      expect(discounts).toEqual([])
    }
  })

  test('does not matter when rules no longer have it', () => {
    expect(priced([other], ['prm_gone0000'])).toEqual(priced([other], []))
    expect(priced([], ['prm_000001'], [entered]).problems).toMatchObject([{ reason: 'not_available' }])
  })
})

// Reduced prices through the API: what is shown beside them after a series of changes, and which history is deleted.
import { catalogEvents } from '@cartwright/contracts'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aProduct, internalVariants, searchedByMysql, unique } from '../../fixtures.ts'
import { catalogService } from '../../index.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const usd = (amountMinor: number) => ({ amountMinor, currency: 'USD' })

describe('reduced prices', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startUnderTest(catalogService, searchedByMysql)
  })
  afterAll(() => t.stop())

  const sold = async (prices: object[]) => {
    const sku = `RED-${unique().toUpperCase()}`
    const product = await aProduct(t, { name: `Reduced ${sku}`, variants: [{ sku, prices: prices as never }] })
    const variantId = product.variants[0].id
    const summary = async (currency: string) => {
      const { items } = (await t.anonymous.get(`/v1/search?q=${sku}&currency=${currency}`)).body
      const { priceFrom, compareAtFrom, lowestPrice30Days } = items[0]
      return { price: priceFrom, compareAt: compareAtFrom, lowestPrice30Days }
    }
    return {
      sku,
      product,
      variantId,
      reprice: (...next: object[]) => t.as(admin).patch(`/v1/admin/variants/${variantId}`, { prices: next }),
      /** Price, compared price and lowest price as lists and the product show them, which must be the same. */
      shown: async (currency = 'EUR') => {
        const detail = (await t.anonymous.get(`/v1/products/${product.id}?currency=${currency}`)).body.variants[0]
        const { price, compareAt, lowestPrice30Days } = detail
        expect(await summary(currency)).toEqual({ price, compareAt, lowestPrice30Days })
        return { price, compareAt, lowestPrice30Days }
      },
      periods: () =>
        t.sql(`SELECT currency, amount_minor FROM price_period WHERE variant_id = '${variantId}' ORDER BY currency, valid_from`),
    }
  }

  test('show the lowest price of the 30 days before, through a series of changes', async () => {
    const { sku, product, reprice, shown, periods } = await sold([eur(1000), usd(1100)])
    expect(await shown()).toEqual({ price: eur(1000), compareAt: undefined, lowestPrice30Days: undefined })
    await t.clock.advance('40d')
    await reprice(eur(1500), usd(1100))
    await t.clock.advance('10d')
    const reduced = await reprice({ ...eur(1200), compareAtMinor: 1500 }, usd(1100))
    expect(reduced.body.variants[0].prices).toEqual([{ ...eur(1200), compareAtMinor: 1500 }, usd(1100)])
    expect(await shown()).toEqual({ price: eur(1200), compareAt: eur(1500), lowestPrice30Days: eur(1000) })
    expect(await shown('USD')).toEqual({ price: usd(1100), compareAt: undefined, lowestPrice30Days: undefined })
    await t.clock.advance('60d')
    expect(await shown()).toEqual({ price: eur(1200), compareAt: eur(1500), lowestPrice30Days: eur(1000) })
    await reprice(eur(900), usd(1000))
    expect(await shown()).toEqual({ price: eur(900), compareAt: undefined, lowestPrice30Days: eur(1200) })
    expect(await shown('USD')).toEqual({ price: usd(1000), compareAt: undefined, lowestPrice30Days: usd(1100) })
    await t.clock.advance('31d')
    expect(await shown()).toEqual({ price: eur(900), compareAt: undefined, lowestPrice30Days: undefined })
    // The schedule that trims the history may have removed the two prices before these.
    const kept = (await periods()).map(({ currency, amount_minor }) => `${currency} ${amount_minor}`)
    expect(kept.filter((price) => price !== 'EUR 1000' && price !== 'EUR 1500')).toEqual([
      'EUR 1200',
      'EUR 900',
      'USD 1100',
      'USD 1000',
    ])
    const events = (await t.published(catalogEvents.productChanged)).filter((event) => event.productId === product.id)
    expect(events.map(({ variants: [variant] }) => variant?.compareAt)).toEqual([[], [], [eur(1500)], []])
    expect((await internalVariants(t, { skus: sku, currency: 'EUR' })).body.items[0].compareAt).toBeUndefined()
  })

  test('services read the compared price in their currency', async () => {
    const { sku } = await sold([{ ...eur(1000), compareAtMinor: 1400 }, usd(1100)])
    const compareAt = async (currency: string) => (await internalVariants(t, { skus: sku, currency })).body.items[0].compareAt
    expect([await compareAt('EUR'), await compareAt('USD')]).toEqual([eur(1400), undefined])
  })

  test('a price of before there was a history enters it with its next change', async () => {
    const { variantId, reprice, shown, periods } = await sold([eur(1000)])
    await t.sql(`DELETE FROM price_period WHERE variant_id = '${variantId}'`)
    await t.clock.advance('2d')
    await reprice(eur(700))
    expect(await periods()).toMatchObject([{ amount_minor: 1000 }, { amount_minor: 700 }])
    expect(await shown()).toMatchObject({ lowestPrice30Days: eur(1000) })
  })

  test('a change of something else, and the same price again, leave the history as it is', async () => {
    const { variantId, reprice, periods } = await sold([eur(1000)])
    await reprice(eur(1000))
    await t.as(admin).patch(`/v1/admin/variants/${variantId}`, { name: 'renamed' })
    expect(await periods()).toHaveLength(1)
    await reprice()
    await reprice(eur(1000))
    expect((await periods()).map((row) => row.amount_minor)).toEqual([1000, null, 1000])
  })

  test('parallel changes leave a history that ends with the price in force', async () => {
    const { product, reprice, periods } = await sold([eur(1000)])
    const answers = await Promise.all([910, 920, 930, 940].map((amount) => reprice(eur(amount))))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const { price } = (await t.anonymous.get(`/v1/products/${product.id}`)).body.variants[0]
    const history = (await periods()).map((row) => row.amount_minor)
    expect(history.at(-1)).toBe(price.amountMinor)
    expect(history.toSorted()).toEqual([1000, 910, 920, 930, 940].toSorted())
  })

  test.each([1000, 999, 0, -1, 'more'])(
    'a compared price of %s beside a price of 1000 is refused with its path',
    async (compareAtMinor) => {
      const { product, reprice, shown } = await sold([eur(1000)])
      const price = { ...eur(1000), compareAtMinor }
      const refused = await reprice(eur(1000), price)
      expect(refused).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
      expect(refused.body.errors[0].path).toBe('/prices/1/compareAtMinor')
      const created = await t
        .as(admin)
        .post('/v1/admin/products', { name: 'Refused', variants: [{ sku: 'REFUSED', prices: [price] }] })
      expect(created.status).toBe(400)
      expect(created.body.errors[0].path).toBe('/variants/0/prices/0/compareAtMinor')
      const added = await t.as(admin).post(`/v1/admin/products/${product.id}/variants`, { sku: 'REFUSED', prices: [price] })
      expect(added.body.errors[0].path).toBe('/prices/0/compareAtMinor')
      expect(await shown()).toMatchObject({ price: eur(1000) })
    },
  )

  test('history that ended more than 30 days ago is deleted, and what later reductions need stays', async () => {
    const { reprice, shown, periods } = await sold([eur(500)])
    for (const amount of [600, 1000]) {
      await t.clock.advance('40d')
      await reprice(eur(amount))
    }
    await t.clock.advance('20d')
    await t.idle()
    expect((await periods()).map((row) => row.amount_minor)).toEqual([600, 1000])
    await reprice(eur(800))
    expect(await shown()).toMatchObject({ lowestPrice30Days: eur(600) })
    await t.clock.advance('40d')
    await t.idle()
    expect((await periods()).map((row) => row.amount_minor)).toEqual([800])
    await reprice(eur(700))
    expect(await shown()).toMatchObject({ lowestPrice30Days: eur(800) })
  })
})

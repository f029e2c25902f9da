// Prices, stock and withdrawals behind the cart show at the next read; old news never does.
import { catalogEvents } from '@cartwright/contracts'
import type { UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aGuest, announce, aProduct, aStockLevel, startCart } from '../fixtures.ts'

describe('following the catalog', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startCart()
  })
  afterAll(() => t.stop())

  const aShopper = async (sku: string, quantity = 2) => {
    const client = t.as(aGuest())
    const cart = (await client.post('/v1/cart/lines', { sku, quantity })).body
    return { client, line: cart.lines[0], read: async () => (await client.get('/v1/cart')).body }
  }

  test('a changed price is charged and stays a problem until that line is written', async () => {
    const [sku, other] = [await announce(t, { prices: { EUR: 1000 } }), await announce(t)]
    const { client, line, read } = await aShopper(sku)
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 2, prices: { EUR: 1200 } }), { twice: true })
    const problem = {
      code: 'price_changed',
      lineId: line.id,
      sku,
      oldPrice: { amountMinor: 1000, currency: 'EUR' },
      newPrice: { amountMinor: 1200, currency: 'EUR' },
    }
    expect(await read()).toMatchObject({ version: 1, total: { amountMinor: 2400 }, problems: [problem] })
    expect((await client.post('/v1/cart/lines', { sku: other, quantity: 1 })).body.problems).toEqual([problem])
    expect((await client.patch('/v1/cart', { currency: 'EUR' })).body.problems).toEqual([problem])
    expect((await client.patch(`/v1/cart/lines/${line.id}`, { quantity: 2 })).body.problems).toEqual([])
    expect((await read()).problems).toEqual([])
  })

  test('announcements in the wrong order leave the newest state', async () => {
    const sku = await announce(t, { version: 5, prices: { EUR: 500 }, available: 5 })
    const { read } = await aShopper(sku, 6)
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 4, prices: { EUR: 400 }, status: 'archived' }))
    await t.receive(catalogEvents.stockChanged, aStockLevel(sku, 4, 4), { twice: true })
    expect(await read()).toMatchObject({
      lines: [{ unitPrice: { amountMinor: 500 } }],
      problems: [{ code: 'out_of_stock', requested: 6, available: 5 }],
    })
    await t.receive(catalogEvents.stockChanged, aStockLevel(sku, 6, 6))
    expect((await read()).problems).toEqual([])
  })

  test('an archived product and a withdrawn variant are unavailable, and come back', async () => {
    const sku = await announce(t)
    const { read } = await aShopper(sku)
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 2, status: 'archived' }))
    expect(await read()).toMatchObject({
      total: { amountMinor: 0 },
      lines: [{ name: `Thing ${sku}`, unitPrice: null }],
      problems: [{ code: 'unavailable' }],
    })
    await t.receive(catalogEvents.productChanged, { ...aProduct({ sku, version: 3 }), variants: [], withdrawnSkus: [sku] })
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 2 }))
    expect((await read()).problems).toMatchObject([{ code: 'unavailable' }])
    await t.receive(catalogEvents.productChanged, aProduct({ sku, version: 4 }))
    expect(await read()).toMatchObject({ total: { amountMinor: 2000 }, problems: [] })
  })
})

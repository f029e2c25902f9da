// The Prisma schema and the migrations tell of the same tables.
import { expect, test } from 'vitest'
import { aGuest, announce, startCart } from '../fixtures.ts'
import { openPrisma } from './prisma.ts'

test('every model can be selected from the tables that the migrations make', async () => {
  await using t = await startCart()
  const who = aGuest()
  const sku = await announce(t, { available: 7 })
  await t.as(who).post('/v1/cart/lines', { sku, quantity: 2 })
  if (t.running.db === null) throw new Error('cart has a schema')
  const prisma = openPrisma(t.running.db)
  const cart = await prisma.cart.findFirst({ where: { openFor: who.id } })
  expect(cart).toMatchObject({ principalId: who.id, version: 1, currency: 'EUR' })
  expect(await prisma.cartLine.findMany({ where: { cartId: cart?.id ?? '' } })).toMatchObject([
    { sku, quantity: 2, seenMinor: 1000n },
  ])
  expect(await prisma.variant.findFirst({ where: { sku } })).toMatchObject({ sellable: true, version: 1 })
  expect(await prisma.stock.findFirst({ where: { sku } })).toMatchObject({ available: 7, version: 1n })
  expect(await prisma.productSeen.findMany()).toHaveLength(1)
  expect(await prisma.cartOrder.findMany()).toEqual([])
  expect(await prisma.cartMerge.findMany()).toEqual([])
})

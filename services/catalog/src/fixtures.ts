// Fixtures of catalog’s tests: an operator, products created through the HTTP API, requests for stock.
import { randomBytes } from 'node:crypto'
import type { NewProduct } from '@cartwright/contracts'
import type { TestResponse, UnderTest } from '@cartwright/testing'

export const admin = { id: 'usr_admin01', role: 'admin', email: 'admin@example.com' } as const
export const shopper = { id: 'usr_shopper1', role: 'customer', email: 'shopper@example.com' } as const

/** A short text that no other call returns. */
export const unique = (): string => randomBytes(5).toString('hex')

/** Creates a product as an operator. @throws Error when it is refused */
export const aProduct = async (t: UnderTest, input: Partial<NewProduct> = {}): Promise<TestResponse['body']> => {
  const made = await t.as(admin).post('/v1/admin/products', { name: `Thing ${unique()}`, status: 'active', ...input })
  if (made.status !== 201) throw new Error(`no product: ${made.text}`)
  return made.body
}

/** A product with one variant and so much of it on hand. */
export const aVariant = async (t: UnderTest, onHand: number): Promise<{ sku: string; product: TestResponse['body'] }> => {
  const sku = `SKU-${unique().toUpperCase()}`
  const product = await aProduct(t, {
    name: `Thing ${sku}`,
    variants: [{ sku, prices: [{ amountMinor: 1000, currency: 'EUR' }] }],
  })
  if (onHand > 0) {
    const stocked = await t.as(admin).post(`/v1/admin/stock/${sku}/adjustments`, { delta: onHand, reason: 'delivery' })
    if (stocked.status !== 201) throw new Error(`no stock: ${stocked.text}`)
  }
  return { sku, product }
}

export const stockOf = async (t: UnderTest, sku: string): Promise<TestResponse['body']> =>
  (await t.as(admin).get(`/v1/admin/stock/${sku}`)).body

/** A request of an order for stock, held for an hour of the test's clock. */
export const stockRequest = (t: UnderTest, name: string, lines: { sku: string; quantity: number }[]) => ({
  orderId: `ord_${name}`,
  reservationId: `res_${name}`,
  lines,
  holdUntil: new Date(t.clock.now().getTime() + 3_600_000).toISOString(),
})

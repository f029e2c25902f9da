// Fixtures of catalog’s tests: an operator, products created through the HTTP API, requests for stock.
import { createHmac, randomBytes } from 'node:crypto'
import type { NewProduct } from '@cartwright/contracts'
import type { TestResponse, UnderTest } from '@cartwright/testing'

export const admin = { id: 'usr_admin01', role: 'admin', email: 'admin@example.com' } as const
export const shopper = { id: 'usr_shopper1', role: 'customer', email: 'shopper@example.com' } as const

/** Options of a service in which MySQL answers every search: it finds a product in the moment of its commit. */
export const searchedByMysql = { env: { CATALOG_MEMORY_INDEX_PRODUCTS: '0' } }

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

/** What order reads of some SKUs, with the token that a service brings: HS256, catalog as audience. */
export const internalVariants = (t: UnderTest, query: { skus: string; currency: string }): Promise<TestResponse> => {
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const now = Math.floor(t.clock.now().getTime() / 1000)
  const content = `${encoded({ alg: 'HS256', typ: 'internal+jwt' })}.${encoded({ sub: 'order', aud: 'catalog', iat: now, exp: now + 60 })}`
  const signature = createHmac('sha256', 'development-internal-secret-for-tests').update(content).digest('base64url')
  return t.anonymous.get(`/internal/variants?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${content}.${signature}` },
  })
}

/** A request of an order for stock, held for an hour of the test's clock. */
export const stockRequest = (t: UnderTest, name: string, lines: { sku: string; quantity: number }[]) => ({
  orderId: `ord_${name}`,
  reservationId: `res_${name}`,
  lines,
  holdUntil: new Date(t.clock.now().getTime() + 3_600_000).toISOString(),
})

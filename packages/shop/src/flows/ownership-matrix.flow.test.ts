// Ownership matrix: each shopper’s route with an id is called by the owner, by another customer, and with an unknown id.
import { apis, type Endpoint } from '@cartwright/contracts'
import { openEvents, testClient, textTable } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anAddress, type Shopper } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
beforeAll(async () => {
  // Each row about an order has an order of its own, and none is paid.
  shop = await startTestShop({ env: { ORDER_UNPAID_PER_PRINCIPAL: '0' } })
  await shop.admin.stockUp({ sku: 'OWNED-1', stock: 50 })
  await shop.idle()
})
afterAll(() => shop?.stop())

/** Creates an object of the owner for a path parameter. @returns its id */
const makers: Record<string, (owner: Shopper) => Promise<string>> = {
  lineId: async (owner) => (await owner.addToCart('OWNED-1', 1)).lines[0]?.id ?? '',
  code: async (owner) => {
    const { client } = shop.admin
    const promotion = { name: 'Owned', trigger: 'code', effect: { kind: 'percent', percent: 1 } }
    const { id } = (await client.post('/v1/admin/promotions', promotion)).body
    await client.post(`/v1/admin/promotions/${id}/codes`, { codes: ['OWNED_10'] })
    await shop.idle()
    await owner.addToCart('OWNED-1', 1)
    return (await owner.client.post('/v1/cart/codes', { code: 'owned_10' })).body.codes[0].code
  },
  addressId: async (owner) => (await owner.client.post('/v1/me/addresses', anAddress)).body.id,
  sessionId: async () => {
    const credentials = { email: 'alice@example.com', password: 'cartwright-demo' }
    const { body } = await testClient(shop.url, async () => null).post('/v1/auth/login', credentials, { key: null })
    return JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString()).sid
  },
  orderId: async (owner) => {
    // The previous row may have cancelled an order: cart then restores its lines, which changes the cart's version.
    await shop.idle()
    const { id } = await owner.placeOrder('OWNED-1', 1)
    await shop.idle()
    return id
  },
}
const bodies: Record<string, object> = {
  updateCartLine: { quantity: 2 },
  updateAddress: { city: 'Graz' },
  requestReturn: { lines: [{ lineId: 'lin_00000001', quantity: 1, reason: 'other' }] },
}
/** An invoice is issued when its order is paid, so every caller asks for an unknown one. */
const invoiceNumber = 'INV-2026-000001'

const parameterOf = ({ path }: Endpoint): string => /:([A-Za-z]+)/.exec(path)?.[1] ?? ''
const owned = Object.values(apis)
  .flatMap((api) => Object.values(api))
  .filter((endpoint) => (endpoint.auth === 'shopper' || endpoint.auth === 'customer') && parameterOf(endpoint) !== '')
  .toSorted((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1))

const call = async (shopper: Shopper, endpoint: Endpoint, id: string): Promise<string> => {
  const { client } = shopper
  const path = endpoint.path.replace(':number', invoiceNumber).replace(/:[A-Za-z]+/, id)
  if (endpoint.produces === 'text/event-stream') {
    const stream = await openEvents(shop.url + path, { authorization: `Bearer ${await shopper.accessToken()}` })
    await stream.cut()
    return stream.status < 300 ? 'passes' : `${stream.status} ${stream.refusal.code}`
  }
  const body = bodies[endpoint.operationId] ?? {}
  const { status, body: answer } =
    endpoint.method === 'GET'
      ? await client.get(path)
      : endpoint.method === 'DELETE'
        ? await client.del(path)
        : endpoint.method === 'PATCH'
          ? await client.patch(path, body)
          : await client.post(path, body)
  return status < 300 ? 'passes' : `${status} ${answer.code}`
}

test('every route answers for another customer’s object as for an unknown id', async () => {
  const [alice, bob] = [await shop.alice(), await shop.bob()]
  const rows: string[][] = [['method', 'path', 'unknown id', 'user B', 'user A']]
  for (const endpoint of owned) {
    const parameter = parameterOf(endpoint)
    const id = (await makers[parameter]?.(alice)) ?? ''
    expect(id, `add to makers how to create an object for :${parameter}`).not.toBe('')
    const unknown = id.replace(/_.*/, '_0000000000')
    rows.push([
      endpoint.method,
      endpoint.path,
      await call(bob, endpoint, unknown),
      await call(bob, endpoint, id),
      await call(alice, endpoint, id),
    ])
  }
  for (const [, path, unknown, other] of rows.slice(1)) expect(`${path} ${other}`).toBe(`${path} ${unknown}`)
  const head =
    'Responses to the owner and to others. Written by ownership-matrix.flow.test.ts; a change here is a change of rights.\n'
  await expect(`${head}\n${textTable(rows)}\n`).toMatchFileSnapshot('./ownership-matrix.txt')
})

// Whose objects answer whom: every shopper's route with an id in its path is called by the owner, by another customer, and with an id that nobody has.
import { apis, type Endpoint } from '@cartwright/contracts'
import { type TestClient, testClient } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anAddress, type Shopper } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'OWNED-1', stock: 50 })
  await shop.idle()
})
afterAll(() => shop?.stop())

/** Makes an object of the owner's for a path parameter. @returns its id */
const makers: Record<string, (owner: Shopper) => Promise<string>> = {
  lineId: async (owner) => (await owner.addToCart('OWNED-1', 1)).lines[0]?.id ?? '',
  addressId: async (owner) => (await owner.client.post('/v1/me/addresses', anAddress)).body.id,
  sessionId: async () => {
    const credentials = { email: 'alice@example.com', password: 'cartwright-demo' }
    const { body } = await testClient(shop.url, async () => null).post('/v1/auth/login', credentials, { key: null })
    return JSON.parse(Buffer.from(body.accessToken.split('.')[1], 'base64url').toString()).sid
  },
  orderId: async (owner) => {
    const { id } = await owner.placeOrder('OWNED-1', 1)
    await shop.idle()
    return id
  },
}
const bodies: Record<string, object> = { updateCartLine: { quantity: 2 }, updateAddress: { city: 'Graz' } }

const parameterOf = ({ path }: Endpoint): string => /:([A-Za-z]+)/.exec(path)?.[1] ?? ''
const owned = Object.values(apis)
  .flatMap((api) => Object.values(api))
  .filter((endpoint) => (endpoint.auth === 'shopper' || endpoint.auth === 'customer') && parameterOf(endpoint) !== '')
  .toSorted((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1))

const call = async (client: TestClient, endpoint: Endpoint, id: string): Promise<string> => {
  const path = endpoint.path.replace(/:[A-Za-z]+/, id)
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

test('another customer’s object is as absent as one that never was, on every route', async () => {
  const [alice, bob] = [await shop.alice(), await shop.bob()]
  const rows: string[][] = [['method', 'path', 'nobody’s', 'user B', 'user A']]
  for (const endpoint of owned) {
    const parameter = parameterOf(endpoint)
    const id = (await makers[parameter]?.(alice)) ?? ''
    expect(id, `say how to make an object for :${parameter}`).not.toBe('')
    const nobodys = id.replace(/_.*/, '_0000000000')
    rows.push([
      endpoint.method,
      endpoint.path,
      await call(bob.client, endpoint, nobodys),
      await call(bob.client, endpoint, id),
      await call(alice.client, endpoint, id),
    ])
  }
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  for (const [, path, nobodys, other] of rows.slice(1)) expect(`${path} ${other}`).toBe(`${path} ${nobodys}`)
  const head = 'Whose objects answer whom. Written by ownership-matrix.flow.test.ts; a change here is a change of rights.\n'
  await expect(`${[head, ...lines].join('\n')}\n`).toMatchFileSnapshot('./ownership-matrix.txt')
})

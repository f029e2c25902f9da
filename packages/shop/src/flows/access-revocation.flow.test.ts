// Access revocation: the gateway and every service refuse a token within five seconds after its holder lost the right to it.
import { type TestResponse, testClient } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

const password = 'cartwright-demo'
const limitMs = 5000

let shop: TestShop
beforeAll(async () => {
  shop = await startTestShop()
})
afterAll(() => shop?.stop())

interface Person {
  id: string
  email: string
  role: 'customer' | 'admin'
  accessToken: string
}

const withToken = (url: string, token: string | null) => testClient(url, async () => token)
const signIn = async (email: string, secret = password): Promise<TestResponse> =>
  withToken(shop.url, null).post('/v1/auth/login', { email, password: secret }, { key: null })

/** Inserts an account with the password of the seeded accounts and signs it in. */
const person = async (name: string, role: Person['role']): Promise<Person> => {
  const { db } = shop.shop.services.identity
  const [id, email] = [`usr_00${name}`, `${name}@example.com`]
  if (db === null) throw new Error('identity has no schema')
  await db.run`INSERT INTO user_account (id, role, email, name, locale, password_hash, verified_at, created_at)
    SELECT ${id}, ${role}, ${email}, name, locale, password_hash, verified_at, created_at FROM user_account WHERE id = 'usr_00seedalice'`
  const { status, body } = await signIn(email)
  expect(status).toBe(200)
  return { id, email, role, accessToken: body.accessToken }
}

/** Addresses that accept a token of the role: each service through the gateway, and each service directly. */
const doors = (role: Person['role']): [string, string][] => {
  const { cart, order, catalog, identity } = shop.shop.services
  const direct: [string, string][] = [
    [cart.url, '/v1/cart'],
    [order.url, '/v1/orders'],
    [identity.url, '/v1/me/sessions'],
  ]
  const operators: [string, string][] = [
    [catalog.url, '/v1/admin/products'],
    [order.url, '/v1/admin/orders'],
    [identity.url, '/v1/admin/users'],
  ]
  const all = role === 'admin' ? [...direct, ...operators] : direct
  return [...all, ...all.map(([, path]): [string, string] => [shop.url, path])]
}
const answers = (token: string, role: Person['role']) =>
  Promise.all(doors(role).map(async ([url, path]) => (await withToken(url, token).get(path)).status))
const distinct = async (token: string, role: Person['role']) => [...new Set(await answers(token, role))]

const asAdmin = (target: Person, body: object) => shop.admin.client.patch(`/v1/admin/users/${target.id}`, body)
const byself = ({ accessToken }: Person) => withToken(shop.url, accessToken)

test.each<[string, Person['role'], (who: Person) => Promise<{ status: number }>]>([
  ['blockedadmin', 'admin', (who) => asAdmin(who, { blocked: true })],
  ['demotedadmin', 'admin', (who) => asAdmin(who, { role: 'customer' })],
  ['blockedcustomer', 'customer', (who) => asAdmin(who, { blocked: true })],
  ['promotedcustomer', 'customer', (who) => asAdmin(who, { role: 'admin' })],
  ['closedcustomer', 'customer', (who) => byself(who).del('/v1/me', { body: { currentPassword: password } })],
  ['closedadmin', 'admin', (who) => byself(who).del('/v1/me', { body: { currentPassword: password } })],
  ['endedsessions', 'customer', (who) => byself(who).del('/v1/me/sessions')],
  [
    'endedsession',
    'customer',
    async (who) => {
      const { items } = (await byself(who).get('/v1/me/sessions')).body
      return byself(who).del(`/v1/me/sessions/${items[0].id}`)
    },
  ],
  [
    'newpassword',
    'customer',
    (who) =>
      byself(who).post('/v1/me/password', { currentPassword: password, newPassword: 'quite another one 77' }, { key: null }),
  ],
])('the gateway and every service refuse the token of %s within five seconds after the change', async (name, role, change) => {
  const who = await person(name, role)
  expect(await distinct(who.accessToken, role)).toEqual([200])
  expect([200, 204]).toContain((await change(who)).status)
  const since = performance.now()
  await expect.poll(() => distinct(who.accessToken, role), { timeout: limitMs, interval: 20 }).toEqual([401])
  expect(performance.now() - since).toBeLessThan(limitMs)
})

test('the gateway and every service accept a token that was issued in the second of the revocation', async () => {
  const who = await person('returning', 'customer')
  await byself(who).del('/v1/me/sessions')
  const again = (await signIn(who.email)).body.accessToken
  await shop.idle()
  expect(await distinct(again, 'customer')).toEqual([200])
  expect(await distinct(who.accessToken, 'customer')).toEqual([401])
})

test('cart and order refuse the last token of a closed account', async () => {
  const who = await person('closedshopper', 'customer')
  await shop.admin.stockUp({ sku: 'CLOSED-1', stock: 5 })
  await shop.idle()
  expect((await byself(who).post('/v1/cart/lines', { sku: 'CLOSED-1', quantity: 1 })).status).toBe(200)
  const cart = (await byself(who).get('/v1/cart')).body
  await byself(who).del('/v1/me', { body: { currentPassword: password } })
  await shop.idle()
  const address = { name: 'G', line1: '1', city: 'B', postalCode: '1', country: 'DE' }
  const checkout = { cartVersion: cart.version, expectedTotal: cart.total, shippingAddress: address }
  expect((await byself(who).post('/v1/checkout', checkout)).status).toBe(401)
  expect((await withToken(shop.shop.services.order.url, who.accessToken).post('/v1/checkout', checkout)).status).toBe(401)
  expect(
    (await withToken(shop.shop.services.cart.url, who.accessToken).post('/v1/cart/lines', { sku: 'CLOSED-1', quantity: 1 }))
      .status,
  ).toBe(401)
})

test('an admin who was just blocked cannot promote another account', async () => {
  const [fired, accomplice] = [await person('firedadmin', 'admin'), await person('accomplice', 'customer')]
  await asAdmin(fired, { blocked: true })
  const promote = byself(fired).patch(`/v1/admin/users/${accomplice.id}`, { role: 'admin' })
  expect((await promote).status).toBe(401)
  expect((await shop.admin.client.get(`/v1/admin/users/${accomplice.id}`)).body.role).toBe('customer')
})

// Integration tests of the guest order lookup: uniform responses, limited attempts, one-time codes and a token for one order.
import { orderEvents } from '@cartwright/contracts'
import { sealKeys } from '@cartwright/testing'
import { compactDecrypt, importJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { admin, type OrderUnderTest, startOrder } from '../../fixtures.ts'

let o: OrderUnderTest
let open: (sealed: string) => Promise<string>
beforeAll(async () => {
  const { publicJwk, privateJwk } = await sealKeys()
  o = await startOrder({ SEAL_PUBLIC_JWK: publicJwk })
  const key = await importJWK(JSON.parse(privateJwk), 'ECDH-ES+A256KW')
  open = async (sealed) => JSON.parse(new TextDecoder().decode((await compactDecrypt(sealed, key)).plaintext)).code
})
afterAll(() => o?.stop())

const ask = async (number: string, email: string) => {
  const answer = await o.t.anonymous.post('/v1/orders/lookup', { number, email }, { key: null })
  await o.t.idle()
  return answer
}
const verify = (number: string, email: string, code: string) =>
  o.t.anonymous.post('/v1/orders/lookup/verify', { number, email, code }, { key: null })
const lastCode = async (orderId: string) =>
  open(String((await o.eventsOf(orderEvents.lookupRequested, orderId)).at(-1)?.sealedCode))
const anOrder = async () => {
  const order = await o.anOrderIn('paying')
  return { ...order, email: String(order.shopper.email) }
}
const reads = (token: string, path: string) => o.t.anonymous.get(path, { headers: { authorization: `Bearer ${token}` } })

test('number and address request an encrypted code, and the code is exchanged for a token that reads this order', async () => {
  const order = await anOrder()
  expect(await ask(order.number.toLowerCase().replaceAll('-', ' '), order.email.toUpperCase())).toMatchObject({
    status: 202,
    body: { status: 'accepted' },
  })
  const [request] = await o.eventsOf(orderEvents.lookupRequested, order.id)
  expect(request).toMatchObject({
    number: order.number,
    recipient: { email: order.email },
    sealedCode: expect.stringMatching(/^ey/),
  })
  const code = await lastCode(order.id)
  expect(code).toMatch(/^\d{6}$/)
  const given = await verify(order.number, order.email, code)
  expect(given).toMatchObject({
    status: 200,
    body: { tokenType: 'Bearer', orderId: order.id, number: order.number, expiresInSec: 900 },
  })
  const token = given.body.accessToken
  expect(await reads(token, `/v1/orders/${order.id}`)).toMatchObject({ status: 200, body: { id: order.id, email: order.email } })
  expect(await reads(token, `/v1/orders/${order.id}/payment`)).toMatchObject({ status: 200, body: { state: 'open' } })
  expect(await verify(order.number, order.email, code)).toMatchObject({ status: 400, body: { code: 'otp_invalid' } })
})

test('the token permits nothing else: no other order of the shopper, no list, no cancellation, no read after its expiry', async () => {
  const order = await anOrder()
  const other = await o.aPlacedOrder(order.shopper)
  await ask(order.number, order.email)
  const token = (await verify(order.number, order.email, await lastCode(order.id))).body.accessToken
  const headers = { authorization: `Bearer ${token}` }
  expect((await reads(token, `/v1/orders/${other.id}`)).status).toBe(401)
  expect((await reads(token, '/v1/orders')).status).toBe(401)
  expect((await reads(token, `/v1/admin/orders/${order.id}`)).status).toBe(401)
  expect((await o.t.anonymous.post(`/v1/orders/${order.id}/cancel`, {}, { headers })).status).toBe(401)
  expect((await o.t.anonymous.post('/v1/checkout', {}, { headers })).status).toBe(401)
  await o.t.clock.advance('16m')
  expect((await reads(token, `/v1/orders/${order.id}`)).status).toBe(401)
})

test('a token that is signed with the shared secret itself is refused', async () => {
  const order = await anOrder()
  const forged = await new SignJWT({ order: order.id })
    .setProtectedHeader({ alg: 'HS256', typ: 'order+jwt' })
    .setSubject(order.shopper.id)
    .setAudience('cartwright-order')
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode('development-internal-secret-for-tests'))
  expect((await reads(forged, `/v1/orders/${order.id}`)).status).toBe(401)
})

test('the response is the same for an unknown number, a wrong address and a right pair, and only the right pair gets an email', async () => {
  const order = await anOrder()
  const before = (await o.t.published(orderEvents.lookupRequested)).length
  const answers = [
    await ask('CW-2222-2222', order.email),
    await ask(order.number, 'other@example.com'),
    await ask(order.number, order.email),
  ]
  expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size).toBe(1)
  expect((await o.t.published(orderEvents.lookupRequested)).length).toBe(before + 1)
  expect(await verify('CW-2222-2222', order.email, '123456')).toMatchObject({ status: 400, body: { code: 'otp_invalid' } })
})

test('an order gets at most one code a minute and five an hour; a newer code invalidates older ones', async () => {
  const order = await anOrder()
  await ask(order.number, order.email)
  await ask(order.number, order.email)
  expect(await o.eventsOf(orderEvents.lookupRequested, order.id)).toHaveLength(1)
  const first = await lastCode(order.id)
  for (let minute = 0; minute < 6; minute++) {
    await o.t.clock.advance('61s')
    await ask(order.number, order.email)
  }
  expect(await o.eventsOf(orderEvents.lookupRequested, order.id)).toHaveLength(5)
  const last = await lastCode(order.id)
  if (first !== last) expect((await verify(order.number, order.email, first)).status).toBe(400)
  expect((await verify(order.number, order.email, last)).status).toBe(200)
})

test('a hundred attempts at once cause five comparisons; the limit belongs to the order and resets after its window', async () => {
  const order = await anOrder()
  await ask(order.number, order.email)
  const code = await lastCode(order.id)
  const wrong = code === '000000' ? '000001' : '000000'
  const guesses = await Promise.all(Array.from({ length: 100 }, () => verify(order.number, order.email, wrong)))
  expect(guesses.every((guess) => guess.body.code === 'otp_invalid')).toBe(true)
  expect(await o.t.sql(`SELECT tries FROM order_lookup_budget WHERE order_id = '${order.id}'`)).toEqual([{ tries: 100 }])
  expect((await verify(order.number, order.email, code)).status).toBe(400)
  await o.t.clock.advance('11m')
  expect((await verify(order.number, order.email, code)).status).toBe(400)
  await ask(order.number, order.email)
  expect((await verify(order.number, order.email, await lastCode(order.id))).status).toBe(200)
})

test('bad input names its field', async () => {
  expect(await ask('x', 'a@example.com')).toMatchObject({ status: 400, body: { errors: [{ path: '/number' }] } })
  expect(await verify('CW-2222-2222', 'a@example.com', '12345')).toMatchObject({
    status: 400,
    body: { errors: [{ path: '/code' }] },
  })
})

test('codes are stored as HMAC only', async () => {
  const order = await anOrder()
  await ask(order.number, order.email)
  const code = await lastCode(order.id)
  const rows = await o.t.sql(`SELECT * FROM order_lookup WHERE order_id = '${order.id}'`)
  expect(JSON.stringify(rows)).not.toContain(code)
  expect((await o.t.as(admin).get(`/v1/admin/sagas/${order.id}`)).text).not.toContain(code)
})

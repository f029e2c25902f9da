// Reading a cart: as its owner, as order on the owner's behalf, and nobody else; and what a write costs the database.
import { createHmac } from 'node:crypto'
import type { Principal } from '@cartwright/service-kit'
import { proxyOf, testSchema, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aGuest, announce, startCart } from '../fixtures.ts'

const secret = 'development-internal-secret-for-tests'

/** The token that another service brings, made by hand from the rule: HS256, 60 s, the callee as audience. */
const serviceToken = (onBehalfOf: Principal | null, audience = 'cart'): string => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub: 'order', aud: audience, iat: now, exp: now + 60, ...(onBehalfOf ? { onBehalfOf } : {}) }
  const signed = `${part({ alg: 'HS256', typ: 'internal+jwt' })}.${part(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

describe('reading a cart', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startCart()
  })
  afterAll(() => t.stop())

  const open = (principalId: string, token: string) =>
    t.anonymous.get(`/internal/carts/open?principalId=${principalId}`, { headers: { authorization: `Bearer ${token}` } })

  test('a shopper without a cart gets an empty one whose id stays, however many ask at once', async () => {
    const who = aGuest()
    const answers = await Promise.all(Array.from({ length: 10 }, () => t.as(who).get('/v1/cart')))
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
    expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
    expect(answers[0]?.body).toMatchObject({
      version: 0,
      currency: 'EUR',
      lines: [],
      problems: [],
      total: { amountMinor: 0, currency: 'EUR' },
    })
    const written = (await t.as(who).post('/v1/cart/lines', { sku: await announce(t), quantity: 1 })).body
    expect(written).toMatchObject({ id: answers[0]?.body.id, version: 1 })
  })

  test('order reads the open cart on its owner’s behalf, and of nobody else', async () => {
    const who = aGuest()
    expect(await open(who.id, serviceToken(who))).toMatchObject({ status: 404, body: { code: 'not_found' } })
    const sku = await announce(t)
    const cart = (await t.as(who).post('/v1/cart/lines', { sku, quantity: 2 })).body
    const lines = [{ id: cart.lines[0].id, sku, quantity: 2 }]
    expect(await open(who.id, serviceToken(who))).toMatchObject({
      status: 200,
      body: { id: cart.id, version: 1, currency: 'EUR', lines },
    })
    expect((await open(who.id, serviceToken(aGuest()))).status).toBe(404)
    expect((await open(who.id, serviceToken(null))).status).toBe(404)
    expect((await open(who.id, serviceToken(who, 'catalog'))).status).toBe(401)
    expect((await open(who.id, await t.token(who))).status).toBe(401)
  })
})

test('adding to a cart goes to the database at most four times, COMMIT among them, and reading it once', async () => {
  const schema = testSchema('cart_cost')
  let sent: string[] = []
  const proxy = await proxyOf(schema.url, { onRequest: (chunk) => sent.push(chunk.toString()) })
  const t = await startCart({}, { CART_DATABASE_URL: proxy.through(schema.url) })
  const cost = async (work: () => Promise<unknown>): Promise<number> => {
    sent = []
    await work()
    return sent.filter((text) => /\b(cart|cart_line|variant|COMMIT)\b/.test(text)).length
  }
  const [a, b] = [await announce(t), await announce(t)]
  const shopper = t.as(aGuest())
  expect(await cost(() => shopper.post('/v1/cart/lines', { sku: a, quantity: 1 }))).toBe(4)
  expect(await cost(() => shopper.post('/v1/cart/lines', { sku: a, quantity: 1 }))).toBe(3)
  expect(await cost(() => shopper.post('/v1/cart/lines', { sku: b, quantity: 1 }))).toBe(3)
  expect(await cost(() => shopper.get('/v1/cart'))).toBe(1)
  await t.stop()
  await proxy.stop()
  await schema.drop()
})

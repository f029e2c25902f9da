// Reads of a cart by its owner and by order on the owner’s behalf, and the number of statements of a write.
import { createHmac } from 'node:crypto'
import type { Principal } from '@cartwright/service-kit'
import { proxyOf, testSchema, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aGuest, publishProduct, startCart } from '../../fixtures.ts'

const secret = 'development-internal-secret-for-tests'

/** The token that another service brings, made by hand from the rule: HS256, 60 s, the callee as audience. */
const serviceToken = (onBehalfOf: Principal | null, audience = 'cart'): string => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const claims = { sub: 'order', aud: audience, iat: now, exp: now + 60, ...(onBehalfOf ? { onBehalfOf } : {}) }
  const signed = `${part({ alg: 'HS256', typ: 'internal+jwt' })}.${part(claims)}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

describe('reads of a cart', () => {
  let t: UnderTest
  beforeAll(async () => {
    t = await startCart()
  })
  afterAll(() => t.stop())

  const open = (principalId: string, token: string) =>
    t.anonymous.get(`/internal/carts/open?principalId=${principalId}`, { headers: { authorization: `Bearer ${token}` } })

  test('a shopper without a cart gets an empty one with a stable id, also under concurrent reads', async () => {
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
    const written = (await t.as(who).post('/v1/cart/lines', { sku: await publishProduct(t), quantity: 1 })).body
    expect(written).toMatchObject({ id: answers[0]?.body.id, version: 1 })
  })

  test('order reads the open cart on its owner’s behalf, and no other cart', async () => {
    const who = aGuest()
    expect(await open(who.id, serviceToken(who))).toMatchObject({ status: 404, body: { code: 'not_found' } })
    const sku = await publishProduct(t)
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

/**
 * Statements in what a client sent to MySQL. A packet is its length (3 bytes), its number and its body; a body that begins with 3 is a
 * statement. How statements are spread over TCP chunks is left to timing, so chunks are joined first.
 */
const statementsIn = (chunks: readonly Buffer[]): string[] => {
  const bytes = Buffer.concat(chunks)
  const statements: string[] = []
  for (let at = 0; at + 5 <= bytes.length; ) {
    const length = bytes.readUIntLE(at, 3)
    if (bytes[at + 4] === 3) statements.push(bytes.toString('utf8', at + 5, at + 4 + length))
    at += 4 + length
  }
  return statements
}

test('adding to a cart costs four statements with COMMIT, six for the first line, and reading it one', async () => {
  const schema = testSchema('cart_cost')
  let sent = new Map<number, Buffer[]>()
  const onRequest = (chunk: Buffer, connection: number) =>
    void sent.set(connection, [...(sent.get(connection) ?? []), Buffer.from(chunk)])
  const proxy = await proxyOf(schema.url, { onRequest })
  const t = await startCart({}, { CART_DATABASE_URL: proxy.through(schema.url) })
  const cost = async (work: () => Promise<unknown>): Promise<number> => {
    // On a slow server the transactions of the request before still run.
    await t.idle()
    sent = new Map()
    await work()
    return [...sent.values()].flatMap(statementsIn).filter((text) => /\b(cart|cart_line|variant|COMMIT)\b/.test(text)).length
  }
  const [a, b] = [await publishProduct(t), await publishProduct(t)]
  const shopper = t.as(aGuest())
  expect(await cost(() => shopper.post('/v1/cart/lines', { sku: a, quantity: 1 }))).toBe(6)
  expect(await cost(() => shopper.post('/v1/cart/lines', { sku: a, quantity: 1 }))).toBe(4)
  expect(await cost(() => shopper.post('/v1/cart/lines', { sku: b, quantity: 1 }))).toBe(4)
  expect(await cost(() => shopper.get('/v1/cart'))).toBe(1)
  await t.stop()
  await proxy.stop()
  await schema.drop()
})

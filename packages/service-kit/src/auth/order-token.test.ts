// Tokens that read one order: good for that order, that long, and nothing else.
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { isOrderToken, signOrderToken, verifyOrderToken } from './order-token.ts'

const secret = 'development-internal-secret-for-tests'
const clockAt = (ms: number) => ({ now: () => new Date(ms), offsetMs: () => 0 })
const start = clockAt(1_800_000_000_000)
const given = () => signOrderToken(secret, start, { orderId: 'ord_000001', principalId: 'gst_000001' }, 900)

test('an order token stands for the order’s owner, as a guest, until it expires', async () => {
  const token = await given()
  expect(isOrderToken(token)).toBe(true)
  expect(await verifyOrderToken(secret, clockAt(1_800_000_899_000), token, 'ord_000001')).toEqual({
    id: 'gst_000001',
    role: 'guest',
  })
  await expect(verifyOrderToken(secret, clockAt(1_800_000_901_000), token, 'ord_000001')).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})

test('an order token is refused for another order, with another secret and when it was changed', async () => {
  const token = await given()
  await expect(verifyOrderToken(secret, start, token, 'ord_000002')).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(verifyOrderToken('another-secret', start, token, 'ord_000001')).rejects.toMatchObject({ code: 'unauthenticated' })
  await expect(verifyOrderToken(secret, start, `${token.slice(0, -4)}AAAA`, 'ord_000001')).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})

test('an internal token does not pass for an order token', async () => {
  const internal = await new SignJWT({ order: 'ord_000001' })
    .setProtectedHeader({ alg: 'HS256', typ: 'order+jwt' })
    .setSubject('gst_000001')
    .setAudience('cartwright-order')
    .setExpirationTime(1_900_000_000)
    .sign(new TextEncoder().encode(secret))
  await expect(verifyOrderToken(secret, start, internal, 'ord_000001')).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('text that is no token is no order token', () => {
  for (const text of ['', 'x', 'a.b.c']) expect(isOrderToken(text)).toBe(false)
})

// The cookie of a visitor: encrypted, and empty when it is not ours.
import { expect, test } from 'vitest'
import { readSession, type Session, sessionCookie } from './session.server.ts'

const secret = new Uint8Array(32).fill(7)
const session: Session = {
  tokens: { accessToken: 'access-token', refreshToken: 'refresh-token', principal: { id: 'gst_1', role: 'guest' } },
  orderTokens: { ord_1: 'ticket' },
}
const requestWith = (cookie: string) => new Request('http://shop.example/', { headers: { cookie } })
const pairOf = (header: string) => header.split(';')[0] ?? ''

test('gives back what was written, also between other cookies', async () => {
  const cookie = pairOf(await sessionCookie(session, secret, true))
  expect(await readSession(requestWith(`theme=dark; ${cookie}; x=y`), secret)).toEqual(session)
})

test('keeps what it holds from the browser and from scripts', async () => {
  const header = await sessionCookie(session, secret, true)
  for (const part of header.split(/[=;.]/)) {
    const text = Buffer.from(part, 'base64url').toString()
    expect(text).not.toMatch(/access-token|refresh-token|ticket|gst_1/)
  }
  expect(header).toMatch(/; HttpOnly; SameSite=Lax; Max-Age=2592000; Secure$/)
  expect(await sessionCookie(session, secret, false)).not.toContain('Secure')
})

test.each(['', 'cw_storefront=', 'cw_storefront=nonsense', 'cw_storefront=a.b.c.d.e'])('is empty for %j', async (cookie) => {
  expect(await readSession(requestWith(cookie), secret)).toEqual({ tokens: null })
})

test('is empty for a cookie of another secret and for one that was changed', async () => {
  const cookie = pairOf(await sessionCookie(session, secret, true))
  expect(await readSession(requestWith(cookie), new Uint8Array(32).fill(8))).toEqual({ tokens: null })
  expect(await readSession(requestWith(`${cookie.slice(0, -3)}AAA`), secret)).toEqual({ tokens: null })
})

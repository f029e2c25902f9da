// A call as another service makes it, with a token of the shared secret of tests.
import type { TestResponse, UnderTest } from '@cartwright/testing'
import { SignJWT } from 'jose'

const secret = new TextEncoder().encode('development-internal-secret-for-tests')

export const internalGet = async (t: UnderTest, path: string): Promise<TestResponse> => {
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', typ: 'internal+jwt' })
    .setSubject('order')
    .setAudience('identity')
    .setIssuedAt(Math.floor(t.clock.now().getTime() / 1000))
    .setExpirationTime(Math.floor(t.clock.now().getTime() / 1000) + 60)
    .sign(secret)
  return t.anonymous.get(path, { headers: { authorization: `Bearer ${token}` } })
}

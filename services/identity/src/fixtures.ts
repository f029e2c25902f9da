// Test fixture: identity under test, with the one-time codes that notification would unseal and mail.
import { identityEvents } from '@cartwright/contracts'
import type { Environment } from '@cartwright/service-kit'
import { sealKeys, startUnderTest, type TestResponse, type UnderTest } from '@cartwright/testing'
import { compactDecrypt, importJWK, SignJWT } from 'jose'
import { identityService } from './index.ts'

export const goodPassword = 'correct horse battery'

export interface IdentityUnderTest extends UnderTest {
  /** Codes of one purpose that were mailed to an address, oldest first. */
  codesFor(email: string, purpose: string): Promise<string[]>
  /** The newest code. @throws Error when there is none */
  codeFor(email: string, purpose?: string): Promise<string>
  /** A code of six digits that is not `code`. */
  wrong(code: string): string
  register(email: string, password?: string, from?: string): Promise<TestResponse>
  /** Confirms a registration with a code. */
  confirm(registrationId: string, code: string, from?: string): Promise<TestResponse>
  /** Registers a customer and confirms the registration. */
  customer(email: string, password?: string): Promise<TestResponse>
  login(email: string, password?: string, from?: string): Promise<TestResponse>
  /** Private key that opens codes sealed for notification. */
  sealPrivateJwk: string
}

export const startIdentity = async (env: Environment = {}): Promise<IdentityUnderTest> => {
  const seal = await sealKeys()
  const t = await startUnderTest(identityService, {
    env: {
      IDENTITY_KEY_SECRET: 'development-key-secret',
      IDENTITY_OTP_SECRET: 'development-otp-secret',
      IDENTITY_BCRYPT_COST: '4',
      IDENTITY_ANSWER_FLOOR_MS: '0',
      SEAL_PUBLIC_JWK: seal.publicJwk,
      ...env,
    },
  })
  const privateKey = await importJWK(JSON.parse(seal.privateJwk), 'ECDH-ES+A256KW')
  const codesFor = async (email: string, purpose: string): Promise<string[]> => {
    const mailed = (await t.published(identityEvents.codeRequested)).filter(
      (event) => event.recipient.email === email && event.purpose === purpose,
    )
    return Promise.all(
      mailed.map(async (event) => {
        const { plaintext } = await compactDecrypt(event.sealedCode, privateKey)
        return String(JSON.parse(new TextDecoder().decode(plaintext)).code)
      }),
    )
  }
  const forwarded = (from: string | undefined) => (from === undefined ? {} : { headers: { 'x-forwarded-for': from } })
  const register = (email: string, password = goodPassword, from?: string) =>
    t.anonymous.post('/v1/auth/register', { email, password, name: 'Some Body' }, forwarded(from))
  const confirm = (registrationId: string, code: string, from?: string) =>
    t.anonymous.post('/v1/auth/verify', { registrationId, code }, forwarded(from))
  const codeFor = async (email: string, purpose = 'verify-email'): Promise<string> => {
    const code = (await codesFor(email, purpose)).at(-1)
    if (code === undefined) throw new Error(`no ${purpose} code was mailed to ${email}`)
    return code
  }
  return Object.assign(t, {
    sealPrivateJwk: seal.privateJwk,
    codesFor,
    codeFor,
    wrong: (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0'),
    register,
    confirm,
    customer: async (email: string, password = goodPassword) => {
      const { registrationId } = (await register(email, password)).body
      return confirm(registrationId, await codeFor(email))
    },
    login: (email: string, password = goodPassword, from?: string) =>
      t.anonymous.post('/v1/auth/login', { email, password }, forwarded(from)),
  })
}

const internalSecret = new TextEncoder().encode('development-internal-secret-for-tests')

/** Calls an internal route as the order service does, with a token of the shared secret of tests. */
export const internalGet = async (t: UnderTest, path: string): Promise<TestResponse> => {
  const nowSec = Math.floor(t.clock.now().getTime() / 1000)
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256', typ: 'internal+jwt' })
    .setSubject('order')
    .setAudience('identity')
    .setIssuedAt(nowSec)
    .setExpirationTime(nowSec + 60)
    .sign(internalSecret)
  return t.anonymous.get(path, { headers: { authorization: `Bearer ${token}` } })
}

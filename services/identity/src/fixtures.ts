// Identity under test, and the mailbox of the people in it: what notification would read from the sealed codes.
import { identityEvents } from '@cartwright/contracts'
import type { Environment } from '@cartwright/service-kit'
import { sealKeys, startUnderTest, type TestResponse, type UnderTest } from '@cartwright/testing'
import { compactDecrypt, importJWK } from 'jose'
import { identityService } from './index.ts'

export const goodPassword = 'correct horse battery'

export interface IdentityUnderTest extends UnderTest {
  /** Codes of one kind that were mailed to an address, oldest first. */
  codesFor(email: string, purpose: string): Promise<string[]>
  /** The newest of them. @throws Error when there is none */
  codeFor(email: string, purpose?: string): Promise<string>
  /** A code of six digits that is not `code`. */
  wrong(code: string): string
  register(email: string, password?: string, from?: string): Promise<TestResponse>
  /** Confirms a registration with a code. */
  confirm(registrationId: string, code: string, from?: string): Promise<TestResponse>
  /** Registers and proves a customer. */
  customer(email: string, password?: string): Promise<TestResponse>
  login(email: string, password?: string, from?: string): Promise<TestResponse>
  /** Opens what is sealed for notification. */
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

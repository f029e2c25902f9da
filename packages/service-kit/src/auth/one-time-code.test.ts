// One-time codes: six digits, recognised only under their own id, and readable for notification alone.
import { compactDecrypt, exportJWK, generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import { codeMaker } from './one-time-code.ts'

const keys = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-256', extractable: true })
const codes = await codeMaker('development-secret', JSON.stringify(await exportJWK(keys.publicKey)))

test('one-time codes have six digits and keep leading zeros', () => {
  const made = Array.from({ length: 500 }, () => codes.newCode())
  expect(made.every((code) => /^\d{6}$/.test(code))).toBe(true)
  expect(new Set(made).size).toBeGreaterThan(450)
})

test('a one-time code matches under its own id only', () => {
  const stored = codes.hmac('otc_1', '012345')
  expect(stored).toMatch(/^[0-9a-f]{64}$/)
  expect(codes.matches('otc_1', '012345', stored)).toBe(true)
  expect(codes.matches('otc_1', '012346', stored)).toBe(false)
  expect(codes.matches('otc_2', '012345', stored)).toBe(false)
})

test('a sealed code opens with the private key and names its expiry', async () => {
  const sealed = await codes.seal('012345', new Date(1_800_000_000_000))
  expect(sealed).not.toContain('012345')
  const { plaintext } = await compactDecrypt(sealed, keys.privateKey)
  expect(JSON.parse(new TextDecoder().decode(plaintext))).toEqual({ code: '012345', exp: 1_800_000_000 })
})

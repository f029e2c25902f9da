// Decrypts one-time codes and tokens: compact JWE for the key of this service. Clear text exists only while the mail is sent.
import { PermanentFailure } from '@cartwright/messaging'
import { compactDecrypt, importJWK } from 'jose'

interface OpenedCode {
  code: string
  /** Encrypted together with the code, so that no one in between can extend it. */
  expiresAt: Date
}

export interface CodeOpener {
  /** @throws PermanentFailure when it was sealed for another key or is damaged */
  open(sealed: string): Promise<OpenedCode>
}

/** Six digits, or 256 random bits in a link. */
const codePattern = /^(\d{6}|[\w-]{43})$/

const codeIn = (plain: Uint8Array): OpenedCode => {
  const { code, exp } = JSON.parse(new TextDecoder().decode(plain)) as { code?: unknown; exp?: unknown }
  if (typeof code !== 'string' || !codePattern.test(code) || typeof exp !== 'number')
    throw new TypeError('the sealed text holds no code with an expiry')
  return { code, expiresAt: new Date(exp * 1000) }
}

/** @param privateJwk EC key as a JWK in JSON */
export const codeOpener = async (privateJwk: string): Promise<CodeOpener> => {
  const key = await importJWK(JSON.parse(privateJwk), 'ECDH-ES+A256KW')
  return {
    open: async (sealed) => {
      try {
        const { plaintext } = await compactDecrypt(sealed, key, {
          keyManagementAlgorithms: ['ECDH-ES', 'ECDH-ES+A256KW'],
          contentEncryptionAlgorithms: ['A256GCM'],
        })
        return codeIn(plaintext)
      } catch {
        // The cause is dropped on purpose: it may hold the clear text, which must not reach a log.
        throw new PermanentFailure('the sealed code cannot be opened with SEAL_PRIVATE_JWK')
      }
    },
  }
}

// One-time codes: random, stored as HMAC, and encrypted for notification. They stay in the kit because identity and order make them,
// and services never import each other.
import { createHmac, randomInt, timingSafeEqual } from 'node:crypto'
import { CompactEncrypt, importJWK } from 'jose'

/** Makes and checks six-digit codes. */
export interface CodeMaker {
  newCode(): string
  /** What is stored: hexadecimal HMAC-SHA-256 of the code, bound to its own id. */
  hmac(codeId: string, code: string): string
  /** Compares in constant time. */
  matches(codeId: string, code: string, storedHmac: string): boolean
  /** Compact JWE that only notification can decrypt; it refuses to after `expiresAt`. */
  seal(code: string, expiresAt: Date): Promise<string>
}

/** @param secret key of the HMAC @param sealPublicJwk notification's public key as JSON */
export const codeMaker = async (secret: string | Uint8Array, sealPublicJwk: string): Promise<CodeMaker> => {
  const key = await importJWK(JSON.parse(sealPublicJwk), 'ECDH-ES+A256KW')
  const hmac = (codeId: string, code: string) => createHmac('sha256', secret).update(`${codeId}:${code}`).digest('hex')
  return {
    newCode: () => String(randomInt(0, 1_000_000)).padStart(6, '0'),
    hmac,
    matches: (codeId, code, storedHmac) =>
      timingSafeEqual(Buffer.from(storedHmac, 'hex'), Buffer.from(hmac(codeId, code), 'hex')),
    seal: (code, expiresAt) =>
      new CompactEncrypt(new TextEncoder().encode(JSON.stringify({ code, exp: Math.floor(expiresAt.getTime() / 1000) })))
        .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })
        .encrypt(key),
  }
}

// Access tokens for tests, signed by a key pair that the service under test is configured to trust.
import { accessAudience, type Principal } from '@cartwright/service-kit'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export interface TokenMaker {
  /** Value for AUTH_JWKS. */
  jwks: string
  token(principal: Principal, now: Date): Promise<string>
}

export const tokenMaker = async (): Promise<TokenMaker> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }
  return {
    jwks: JSON.stringify({ keys: [jwk] }),
    token: ({ id, role, sessionId }, now) =>
      new SignJWT({
        role,
        issuedAtUs: now.getTime() * 1000,
        ...(sessionId === undefined ? {} : { sid: sessionId }),
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'test', typ: 'at+jwt' })
        .setSubject(id)
        .setIssuer('cartwright')
        .setAudience(accessAudience)
        .setIssuedAt(Math.floor(now.getTime() / 1000))
        .setExpirationTime(Math.floor(now.getTime() / 1000) + 600)
        .sign(privateKey),
  }
}

/** A sealing key pair for one-time codes: public for identity and order, private for notification. */
export const sealKeys = async (): Promise<{ publicJwk: string; privateJwk: string }> => {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-256', extractable: true })
  return { publicJwk: JSON.stringify(await exportJWK(publicKey)), privateJwk: JSON.stringify(await exportJWK(privateKey)) }
}

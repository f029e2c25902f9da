// Verifies access tokens and the tokens of calls between services; every service does, not only the gateway.
import { AppError, type Role } from '@cartwright/contracts'
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose'
import type { Clock } from './clock.ts'
import type { SharedConfig } from './config.ts'
import { isOrderToken, verifyOrderToken } from './order-token.ts'

/** Who calls: a guest, a customer or an admin. */
export interface Principal {
  id: string
  role: Role
  /** Present for customers and admins. */
  email?: string
}

export const accessAudience = 'cartwright'
const algorithms = ['ES256', 'EdDSA']
const roles: readonly string[] = ['guest', 'customer', 'admin']
const cacheSize = 10_000

/** Where keys come from. `last` are the keys read most recently, for when their source does not answer. */
interface KeySource {
  current: JWTVerifyGetKey
  last(): JWTVerifyGetKey | null
}

const keySource = (config: SharedConfig): KeySource | null => {
  if (config.jwks) {
    const local = createLocalJWKSet(JSON.parse(config.jwks))
    return { current: local, last: () => null }
  }
  if (!config.jwksUrl) return null
  const remote = createRemoteJWKSet(new URL(config.jwksUrl), {
    cooldownDuration: 1000,
    cacheMaxAge: 300_000,
    timeoutDuration: 3000,
  })
  return {
    current: remote,
    last: () => {
      const known = remote.jwks()
      return known ? createLocalJWKSet(known) : null
    },
  }
}

const principalOf = (payload: JWTPayload): Principal => {
  const { sub, role, email } = payload
  if (typeof sub !== 'string' || typeof role !== 'string' || !roles.includes(role))
    throw new AppError('unauthenticated', 'the token names no principal')
  return { id: sub, role: role as Role, ...(typeof email === 'string' ? { email } : {}) }
}

/** The keys cannot be had, as opposed to the token being wrong. */
const isKeyOutage = (error: unknown): boolean => {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JOSE_GENERIC'
  return error instanceof TypeError
}

/**
 * Makes the verifier of access tokens. Good tokens are remembered until they expire, since checking a signature costs more than the rest of a small request.
 * Given an `orderId`, it takes tokens that read this one order too.
 * @throws AppError unauthenticated for a bad token, upstream_unavailable when no keys can be had
 */
export const accessVerifier = (config: SharedConfig, clock: Clock): ((token: string, orderId?: string) => Promise<Principal>) => {
  const keys = keySource(config)
  const verified = new Map<string, { principal: Principal; expiresAtMs: number }>()
  const check = (token: string, key: JWTVerifyGetKey) =>
    jwtVerify(token, key, {
      algorithms,
      issuer: config.issuer,
      audience: accessAudience,
      typ: 'at+jwt',
      currentDate: clock.now(),
      requiredClaims: ['exp', 'sub'],
    })
  /** While the keys cannot be read anew, those read last still hold; a key they do not know may be a new one. */
  const checkWithLast = async (token: string, outage: unknown): Promise<{ payload: JWTPayload }> => {
    const last = keys?.last() ?? null
    if (last === null) throw outage
    return check(token, last).catch((error: unknown) => {
      throw error instanceof errors.JWKSNoMatchingKey ? outage : error
    })
  }
  return async (token, orderId) => {
    const known = verified.get(token)
    if (known && known.expiresAtMs > clock.now().getTime()) return known.principal
    if (orderId !== undefined && isOrderToken(token)) return verifyOrderToken(config.internalAuthSecret, clock, token, orderId)
    if (keys === null) throw new AppError('upstream_unavailable', 'no keys are configured to check access tokens')
    try {
      const { payload } = await check(token, keys.current).catch((error: unknown) => {
        if (isKeyOutage(error)) return checkWithLast(token, error)
        throw error
      })
      const principal = principalOf(payload)
      if (verified.size >= cacheSize) verified.clear()
      verified.set(token, { principal, expiresAtMs: (payload.exp ?? 0) * 1000 })
      return principal
    } catch (error) {
      if (error instanceof AppError) throw error
      if (isKeyOutage(error)) throw new AppError('upstream_unavailable', 'the keys of access tokens cannot be read right now')
      throw new AppError('unauthenticated', 'the access token is not valid')
    }
  }
}

/** Signs and checks the 60 s tokens of reads between services. */
export const internalAuth = (secretText: string, self: string, clock: Clock) => {
  const key = new TextEncoder().encode(secretText)
  return {
    /** @param callee name of the service that is called */
    sign: (callee: string, onBehalfOf?: Principal): Promise<string> =>
      new SignJWT(onBehalfOf ? { onBehalfOf } : {})
        .setProtectedHeader({ alg: 'HS256', typ: 'internal+jwt' })
        .setSubject(self)
        .setAudience(callee)
        .setIssuedAt(Math.floor(clock.now().getTime() / 1000))
        .setExpirationTime(Math.floor(clock.now().getTime() / 1000) + 60)
        .sign(key),
    /** @throws AppError unauthenticated */
    verify: async (token: string): Promise<{ caller: string; onBehalfOf?: Principal }> => {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          audience: self,
          typ: 'internal+jwt',
          currentDate: clock.now(),
          requiredClaims: ['exp', 'sub'],
        })
        const behalf = payload.onBehalfOf as Principal | undefined
        return { caller: payload.sub ?? '', ...(behalf ? { onBehalfOf: behalf } : {}) }
      } catch {
        throw new AppError('unauthenticated', 'this call needs a token of another service')
      }
    },
  }
}
export type InternalAuth = ReturnType<typeof internalAuth>

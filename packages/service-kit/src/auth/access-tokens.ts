// Verifier of access tokens. Every service verifies them, not only the gateway.
import { waitAtMost } from '@cartwright/concurrency'
import { AppError, type Role } from '@cartwright/contracts'
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { SharedConfig } from '../config.ts'
import type { Clock } from '../lifecycle/clock.ts'
import { isOrderToken, verifyOrderToken } from './order-token.ts'
import type { Principal } from './principal.ts'
import type { Revocations, TokenFacts } from './revocations.ts'

export const accessAudience = 'cartwright'
const algorithms = ['ES256', 'EdDSA']
const roles: readonly string[] = ['guest', 'customer', 'admin']
const cacheSize = 10_000

/** Source of public keys. `last` are the keys that were read most recently, for when the source does not answer. */
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
  const { sub, role, sid } = payload
  if (typeof sub !== 'string' || typeof role !== 'string' || !roles.includes(role))
    throw new AppError('unauthenticated', { detail: 'the access token has no valid sub and role' })
  return {
    id: sub,
    role: role as Role,
    ...(typeof sid === 'string' ? { sessionId: sid } : {}),
  }
}

/** A token without microseconds counts from the beginning of its second. */
const factsOf = ({ sub = '', sid, iat = 0, issuedAtUs }: JWTPayload): TokenFacts => ({
  userId: sub,
  sessionId: typeof sid === 'string' ? sid : null,
  issuedAtUs: typeof issuedAtUs === 'number' ? issuedAtUs : iat * 1_000_000,
})

/** Milliseconds that a request waits for the list of revocations while a service starts. */
const listWaitMs = 1000

/** @throws AppError unauthenticated for a revoked token, upstream_unavailable while the list of revocations is not complete */
const assertNotRevoked = async (token: TokenFacts, revocations: Revocations): Promise<void> => {
  if (!revocations.isComplete()) {
    await waitAtMost(listWaitMs, revocations.whenComplete())
    if (!revocations.isComplete())
      throw new AppError('upstream_unavailable', {
        detail: 'the list of revoked access tokens is not read yet',
        retryAfterSec: 1,
      })
  }
  if (revocations.isRevoked(token))
    throw new AppError('unauthenticated', { detail: 'the access token was revoked: sign in or refresh it' })
}

interface Verified {
  principal: Principal
  facts: TokenFacts
  expiresAtMs: number
}

/** Whether the keys could not be read; otherwise the token is wrong. */
const isKeyOutage = (error: unknown): boolean => {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JOSE_GENERIC'
  return error instanceof TypeError
}

/**
 * Creates the verifier of access tokens. Verified tokens are cached until they expire, since a signature check costs more than the rest of
 * a small request; revocations are checked each time. Given an `orderId`, it accepts tokens that read this one order too.
 * @throws AppError unauthenticated for a bad or revoked token, upstream_unavailable when keys or revocations cannot be read
 */
export const accessVerifier = (
  config: SharedConfig,
  clock: Clock,
  revocations: Revocations,
): ((token: string, orderId?: string) => Promise<Principal>) => {
  const keys = keySource(config)
  const verified = new LRUCache<string, Verified>({ max: cacheSize })
  const check = (token: string, key: JWTVerifyGetKey) =>
    jwtVerify(token, key, {
      algorithms,
      issuer: config.issuer,
      audience: accessAudience,
      typ: 'at+jwt',
      currentDate: clock.now(),
      requiredClaims: ['exp', 'sub'],
    })
  /** While keys cannot be read, the last ones are used. A key id that they lack may be new, so it counts as an outage. */
  const checkWithLast = async (token: string, outage: unknown): Promise<{ payload: JWTPayload }> => {
    const last = keys?.last() ?? null
    if (last === null) throw outage
    return check(token, last).catch((error: unknown) => {
      throw error instanceof errors.JWKSNoMatchingKey ? outage : error
    })
  }
  const verify = async (token: string): Promise<Verified> => {
    const known = verified.get(token)
    if (known && known.expiresAtMs > clock.now().getTime()) return known
    if (keys === null)
      throw new AppError('upstream_unavailable', {
        detail: 'no keys of access tokens are configured: set AUTH_JWKS_URL or AUTH_JWKS',
      })
    try {
      const { payload } = await check(token, keys.current).catch((error: unknown) => {
        if (isKeyOutage(error)) return checkWithLast(token, error)
        throw error
      })
      const fresh = { principal: principalOf(payload), facts: factsOf(payload), expiresAtMs: (payload.exp ?? 0) * 1000 }
      verified.set(token, fresh)
      return fresh
    } catch (error) {
      if (error instanceof AppError) throw error
      if (isKeyOutage(error))
        throw new AppError('upstream_unavailable', { detail: 'the keys of access tokens cannot be read right now' })
      throw new AppError('unauthenticated', { detail: 'the access token is not valid' })
    }
  }
  return async (token, orderId) => {
    if (orderId !== undefined && isOrderToken(token)) return verifyOrderToken(config.internalAuthSecret, clock, token, orderId)
    const { principal, facts } = await verify(token)
    await assertNotRevoked(facts, revocations)
    return principal
  }
}

// Verifies access tokens and the tokens of calls between services; every service does, not only the gateway.
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, type Role } from '@cartwright/contracts'
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose'
import type { Clock } from './clock.ts'
import type { SharedConfig } from './config.ts'
import { isOrderToken, verifyOrderToken } from './order-token.ts'
import type { Revocations, TokenFacts } from './revocations.ts'

/** Who calls: a guest, a customer or an admin. What may have changed since the token was issued, such as the e-mail address, is asked of identity. */
export interface Principal {
  id: string
  role: Role
  /** The session that the token belongs to. */
  sessionId?: string
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
  const { sub, role, sid } = payload
  if (typeof sub !== 'string' || typeof role !== 'string' || !roles.includes(role))
    throw new AppError('unauthenticated', 'the token names no principal')
  return {
    id: sub,
    role: role as Role,
    ...(typeof sid === 'string' ? { sessionId: sid } : {}),
  }
}

/** A token that does not name microseconds counts from the beginning of its second. */
const factsOf = ({ sub = '', sid, iat = 0, issuedAtUs }: JWTPayload): TokenFacts => ({
  userId: sub,
  sessionId: typeof sid === 'string' ? sid : null,
  issuedAtUs: typeof issuedAtUs === 'number' ? issuedAtUs : iat * 1_000_000,
})

/** How long a request waits for the list of revocations while a service starts, in milliseconds. */
const listWaitMs = 1000

/** @throws AppError unauthenticated for a revoked token, upstream_unavailable while it is not known what was revoked */
const assertNotRevoked = async (token: TokenFacts, revocations: Revocations): Promise<void> => {
  if (!revocations.isComplete()) {
    const waited = new AbortController()
    const timeout = delay(listWaitMs, undefined, { signal: waited.signal }).catch(() => undefined)
    await Promise.race([revocations.whenComplete(), timeout])
    waited.abort()
    if (!revocations.isComplete())
      throw new AppError('upstream_unavailable', 'it is not known yet which access tokens were revoked', {}, 1)
  }
  if (revocations.isRevoked(token)) throw new AppError('unauthenticated', 'the access token was revoked: sign in or refresh it')
}

interface Verified {
  principal: Principal
  facts: TokenFacts
  expiresAtMs: number
}

/** The keys cannot be had, as opposed to the token being wrong. */
const isKeyOutage = (error: unknown): boolean => {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true
  if (error instanceof errors.JOSEError) return error.code === 'ERR_JOSE_GENERIC'
  return error instanceof TypeError
}

/**
 * Makes the verifier of access tokens. Good tokens are remembered until they expire, since checking a signature costs more than the rest of a small request.
 * Whether a token was revoked is looked up each time. Given an `orderId`, it takes tokens that read this one order too.
 * @throws AppError unauthenticated for a bad or revoked token, upstream_unavailable when no keys or revocations can be had
 */
export const accessVerifier = (
  config: SharedConfig,
  clock: Clock,
  revocations: Revocations,
): ((token: string, orderId?: string) => Promise<Principal>) => {
  const keys = keySource(config)
  const verified = new Map<string, Verified>()
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
  const verify = async (token: string): Promise<Verified> => {
    const known = verified.get(token)
    if (known && known.expiresAtMs > clock.now().getTime()) return known
    if (keys === null) throw new AppError('upstream_unavailable', 'no keys are configured to check access tokens')
    try {
      const { payload } = await check(token, keys.current).catch((error: unknown) => {
        if (isKeyOutage(error)) return checkWithLast(token, error)
        throw error
      })
      const fresh = { principal: principalOf(payload), facts: factsOf(payload), expiresAtMs: (payload.exp ?? 0) * 1000 }
      if (verified.size >= cacheSize) verified.clear()
      verified.set(token, fresh)
      return fresh
    } catch (error) {
      if (error instanceof AppError) throw error
      if (isKeyOutage(error)) throw new AppError('upstream_unavailable', 'the keys of access tokens cannot be read right now')
      throw new AppError('unauthenticated', 'the access token is not valid')
    }
  }
  return async (token, orderId) => {
    if (orderId !== undefined && isOrderToken(token)) return verifyOrderToken(config.internalAuthSecret, clock, token, orderId)
    const { principal, facts } = await verify(token)
    await assertNotRevoked(facts, revocations)
    return principal
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

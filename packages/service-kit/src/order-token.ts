// Tokens that read one order and nothing else: order signs them, the gateway and order accept them where a contract says `orderToken`.
import { createHmac } from 'node:crypto'
import { AppError } from '@cartwright/contracts'
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import type { Principal } from './auth.ts'
import type { Clock } from './clock.ts'

const type = 'order+jwt'
const audience = 'cartwright-order'

/** A key of its own, drawn from the secret that services share: an internal token can never pass for one of these, nor the other way round. */
const keyOf = (internalAuthSecret: string): Uint8Array =>
  createHmac('sha256', internalAuthSecret).update('tokens that read one order').digest()

/** Whether a token claims to be one of these; says nothing about whether it is good. */
export const isOrderToken = (token: string): boolean => {
  try {
    return decodeProtectedHeader(token).typ === type
  } catch {
    // Not a token at all: the verifier of access tokens says so.
    return false
  }
}

/**
 * Signs a token that reads one order.
 * @param principalId whose order it is: reads go on filtering by owner, so a token without it opens the order's page only
 * @param lifeSec seconds until it ends
 */
export const signOrderToken = (
  internalAuthSecret: string,
  clock: Clock,
  of: { orderId: string; principalId?: string | undefined },
  lifeSec: number,
): Promise<string> => {
  const now = Math.floor(clock.now().getTime() / 1000)
  return new SignJWT({ order: of.orderId, ...(of.principalId === undefined ? {} : { sub: of.principalId }) })
    .setProtectedHeader({ alg: 'HS256', typ: type })
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + lifeSec)
    .sign(keyOf(internalAuthSecret))
}

/** What a token opens, or null when it is not valid or has ended. */
export const readOrderToken = async (
  internalAuthSecret: string,
  clock: Clock,
  token: string,
): Promise<{ orderId: string; principalId: string | undefined } | null> => {
  try {
    const { payload } = await jwtVerify(token, keyOf(internalAuthSecret), {
      algorithms: ['HS256'],
      audience,
      typ: type,
      currentDate: clock.now(),
      requiredClaims: ['exp', 'order'],
    })
    return { orderId: String(payload.order), principalId: payload.sub }
  } catch {
    return null
  }
}

/** @returns a guest with the order's owner as id @throws AppError unauthenticated for a bad token or one of another order */
export const verifyOrderToken = async (
  internalAuthSecret: string,
  clock: Clock,
  token: string,
  orderId: string,
): Promise<Principal> => {
  const read = await readOrderToken(internalAuthSecret, clock, token)
  if (read?.principalId === undefined) throw new AppError('unauthenticated', 'the token is not valid or has ended')
  if (read.orderId !== orderId) throw new AppError('unauthenticated', 'the token reads another order')
  return { id: read.principalId, role: 'guest' }
}

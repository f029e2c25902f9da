// Tokens that read one order and nothing else. They stay in the kit because order and notification sign them, while every service
// accepts them where a contract says `orderToken`, and services never import each other.
import { createHmac } from 'node:crypto'
import { AppError } from '@cartwright/contracts'
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../lifecycle/clock.ts'
import type { Principal } from './principal.ts'

const type = 'order+jwt'
const audience = 'cartwright-order'

/** Derives a separate key from the shared secret, so that an internal token is never accepted as an order token, nor the reverse. */
const keyOf = (internalAuthSecret: string): Uint8Array =>
  createHmac('sha256', internalAuthSecret).update('tokens that read one order').digest()

/** Whether a token claims to be an order token. It is not verified yet. */
export const isOrderToken = (token: string): boolean => {
  try {
    return decodeProtectedHeader(token).typ === type
  } catch {
    // Not a token at all: the verifier of access tokens refuses it.
    return false
  }
}

/**
 * Signs a token that reads one order.
 * @param principalId the owner: reads filter by it, so a token without it opens the order's page only
 * @param lifeSec seconds until it expires
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

/** The order and owner that a token names, or null when it is not valid or has expired. */
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
  if (read?.principalId === undefined) throw new AppError('unauthenticated', { detail: 'the token is not valid or has expired' })
  if (read.orderId !== orderId) throw new AppError('unauthenticated', { detail: 'the token reads another order' })
  return { id: read.principalId, role: 'guest' }
}

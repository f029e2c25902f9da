// Authorization of a request by the auth level of its contract.
import { AppError, type Endpoint } from '@cartwright/contracts'
import type { FastifyRequest } from 'fastify'
import type { InternalAuth } from '../auth/internal-auth.ts'
import type { Principal } from '../auth/principal.ts'
import { recordSecurityEvent } from '../auth/security-events.ts'

export interface AuthContext {
  /** Verifies an access token. Given an `orderId`, it accepts tokens that read this one order too. */
  verify: (token: string, orderId?: string) => Promise<Principal>
  internal: InternalAuth
  /** Where refusals are logged and counted. */
  security: Parameters<typeof recordSecurityEvent>[0]
}

const bearer = (request: Pick<FastifyRequest, 'headers'>): string | null =>
  /^Bearer ([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null

const allowedRoles: Record<'shopper' | 'customer' | 'admin', readonly string[]> = {
  shopper: ['guest', 'customer', 'admin'],
  customer: ['customer', 'admin'],
  admin: ['admin'],
}

/** The order in the path of an endpoint that accepts tokens of one order. */
const orderOf = (request: FastifyRequest): string => {
  const { orderId = '' } = request.params as { orderId?: string }
  return orderId
}

const authorizeToken = async (
  endpoint: Endpoint,
  request: FastifyRequest,
  token: string,
  context: AuthContext,
): Promise<Principal | null> => {
  if (endpoint.auth === 'internal') return (await context.internal.verify(token)).onBehalfOf ?? null
  const principal = await (endpoint.orderToken ? context.verify(token, orderOf(request)) : context.verify(token))
  if (endpoint.auth !== 'public' && !allowedRoles[endpoint.auth].includes(principal.role)) throw new AppError('forbidden')
  return principal
}

/**
 * Whether the token of a request that was authorized before is still accepted. Keys or revocations that cannot be read right now change
 * nothing for it.
 */
export const isStillAuthorized = async (
  request: Pick<FastifyRequest, 'headers'>,
  verify: AuthContext['verify'],
  orderId?: string,
): Promise<boolean> => {
  try {
    await verify(bearer(request) ?? '', orderId)
    return true
  } catch (error) {
    return !(error instanceof AppError && error.code === 'unauthenticated')
  }
}

/**
 * Checks the caller against the contract's auth level. A refused token is a security event; a call without a token is not.
 * @param clientAddress address of the client; the address of the connection when left out
 * @throws AppError unauthenticated, forbidden
 */
export const authorize = async (
  endpoint: Endpoint,
  request: FastifyRequest,
  context: AuthContext,
  clientAddress = request.ip,
): Promise<Principal | null> => {
  if (endpoint.auth === 'public') return null
  const token = bearer(request)
  if (token === null) throw new AppError('unauthenticated')
  try {
    return await authorizeToken(endpoint, request, token, context)
  } catch (error) {
    if (error instanceof AppError && (error.code === 'unauthenticated' || error.code === 'forbidden'))
      recordSecurityEvent(context.security, 'access_denied', {
        operation: endpoint.operationId,
        reason: error.code,
        clientAddress,
      })
    throw error
  }
}

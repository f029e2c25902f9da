// What other services read from identity: never reached through the gateway.
import { type Static, Type } from 'typebox'
import { Closed, Locale, Moment, Nullable, Role, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { UserId } from './schemas.ts'

/** An account as it is now. Tokens say who calls, not what may have changed since they were issued. */
export const InternalUser = Type.Object({
  id: Type.String(),
  role: Role,
  email: Nullable(Type.String()),
  name: Nullable(Type.String()),
  locale: Locale,
  verified: Type.Boolean(),
  blocked: Type.Boolean(),
  closed: Type.Boolean(),
})
export type InternalUser = Static<typeof InternalUser>

/** Access tokens that are refused: those of an account, or of one of its sessions, that were not issued after `notBefore`. */
export const AccessRevocation = Type.Object({
  userId: UserId,
  /** With microseconds: a sign-in right after the revocation counts. */
  notBefore: Time,
  sessionId: Type.Optional(Type.String()),
  /** When the last of these tokens expires; the revocation may be forgotten then. */
  expiresAt: Time,
})
export type AccessRevocation = Static<typeof AccessRevocation>

export const identityInternalApi = {
  internalUser: endpoint({
    operationId: 'internalUser',
    method: 'GET',
    path: '/internal/users/:userId',
    auth: 'internal',
    summary: 'Get an account',
    params: Closed({ userId: UserId }),
    success: 200,
    response: { 200: InternalUser },
    errors: ['not_found'],
  }),
  internalAccessRevocations: endpoint({
    operationId: 'internalAccessRevocations',
    method: 'GET',
    path: '/internal/access-revocations',
    auth: 'internal',
    summary: 'List access revocations',
    query: Closed({
      since: Type.Optional(Moment),
      after: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    }),
    success: 200,
    response: {
      200: Type.Object({
        /** Identity's time of this answer. */
        at: Time,
        items: Type.Array(AccessRevocation),
        /** Where the next page begins; null on the last one. */
        nextAfter: Nullable(Type.Integer()),
      }),
    },
    errors: [],
  }),
} satisfies Record<string, Endpoint>

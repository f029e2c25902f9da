// Tokens of calls between services: signed with the shared secret, valid for 60 s.
import { AppError } from '@cartwright/contracts'
import { jwtVerify, SignJWT } from 'jose'
import type { Clock } from '../lifecycle/clock.ts'
import type { Principal } from './principal.ts'

/** Creates signer and verifier for one service. */
export const internalAuth = (secretText: string, self: string, clock: Clock) => {
  const key = new TextEncoder().encode(secretText)
  return {
    /** @param callee name of the service that is called @param onBehalfOf the principal whose request causes the call */
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
        throw new AppError('unauthenticated', { detail: 'this call needs a valid token of another service' })
      }
    },
  }
}
export type InternalAuth = ReturnType<typeof internalAuth>

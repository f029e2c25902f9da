// Sessions of the people in the history: each signs in once, and refreshes its tokens when the clock has passed them.
import { type Endpoint, identityApi, type ResponseOf } from '@cartwright/contracts'
import { type ApiInput, callApi } from '../api-client.ts'

export interface Session {
  /** @throws ProgramError with the gateway's error */
  call<E extends Endpoint>(endpoint: E, input: ApiInput<E>): Promise<ResponseOf<E>>
}

/** Signs in at the gateway at `url`. @param now the clock of the services */
const openSession = async (url: string, email: string, now: () => Date): Promise<Session> => {
  let tokens = await callApi(url, identityApi.login, { body: { email, password: 'cartwright-demo' } }, null)
  let expiresMs = 0
  const extend = () => {
    expiresMs = now().getTime() + (tokens.expiresInSec - 30) * 1000
  }
  extend()
  return {
    call: async (endpoint, input) => {
      if (now().getTime() >= expiresMs) {
        // Only a cookie session has no refresh token here.
        tokens = await callApi(url, identityApi.refresh, { body: { refreshToken: tokens.refreshToken ?? '' } }, null)
        extend()
      }
      return callApi(url, endpoint, input, tokens.accessToken)
    },
  }
}

/** Opens each person's session when it is first needed. */
export const createSessions = (url: string, now: () => Date): ((email: string) => Promise<Session>) => {
  const open = new Map<string, Session>()
  return async (email) => {
    const known = open.get(email)
    if (known) return known
    const session = await openSession(url, email, now)
    open.set(email, session)
    return session
  }
}

// Client of the admin API: signs in at the gateway, and reports a failure in one line.
import { type Endpoint, identityApi, type ResponseOf } from '@cartwright/contracts'
import { ProgramError } from '@cartwright/service-kit'
import { type ApiInput, callApi } from '../api-client.ts'

export interface AdminApi {
  /** @throws ProgramError with the gateway's error */
  call<E extends Endpoint>(endpoint: E, input: ApiInput<E>): Promise<ResponseOf<E>>
  /** Ends the session. */
  close(): Promise<void>
}

export interface Credentials {
  url: string
  email: string
  password: string
}

/** Signs in. @throws ProgramError when the gateway refuses, or the account is not an admin */
export const openAdminApi = async ({ url, email, password }: Credentials): Promise<AdminApi> => {
  const tokens = await callApi(url, identityApi.login, { body: { email, password } }, null)
  const close = async () => {
    // Only a cookie session has no refresh token here.
    await callApi(url, identityApi.logout, { body: { refreshToken: tokens.refreshToken ?? '' } }, null)
  }
  if (tokens.principal.role !== 'admin') {
    await close()
    throw new ProgramError(`${email} is not an admin.`)
  }
  return { call: (endpoint, input) => callApi(url, endpoint, input, tokens.accessToken), close }
}

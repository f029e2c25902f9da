// The HTTP surface of identity: who a caller is and how they prove it.
import type { Endpoint } from '../endpoint.ts'
import { accountApi } from './account-api.ts'
import { addressApi } from './address-api.ts'
import { adminUserApi } from './admin-api.ts'
import { identityInternalApi } from './internal-api.ts'
import { signInApi } from './sign-in-api.ts'

export { accountApi } from './account-api.ts'
export { AccessRevocation, InternalUser } from './internal-api.ts'
export { AddressEntry, CodePurpose, Password, Profile, Session, Tokens, User } from './schemas.ts'

export const identityApi = {
  ...signInApi,
  ...accountApi,
  ...addressApi,
  ...adminUserApi,
  ...identityInternalApi,
} satisfies Record<string, Endpoint>

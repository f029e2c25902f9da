// Client of operators: every call below `/v1/admin`.
import { type AuthMethods, createAuth } from './auth.ts'
import { createCore } from './core.ts'
import { type AdminMethods, adminCalls, adminMethods } from './generated/admin.ts'
import { shopCalls } from './generated/shop.ts'
import type { Operations, Request } from './operation-types.ts'
import type { ClientOptions } from './options.ts'

export type AdminClient = AdminMethods & {
  auth: Pick<AuthMethods, 'login' | 'refresh' | 'logout' | 'session'>
  /** Makes any call by its operation id. */
  request: Request<Operations>
}

/** Creates a client for an operator: `auth.login` with an account of the role `admin` first. */
export const createAdminClient = (options: ClientOptions): AdminClient => {
  const core = createCore(options, { ...shopCalls, ...adminCalls })
  const { login, refresh, logout, session } = createAuth(core)
  return {
    ...core.bind<AdminMethods>(adminMethods),
    auth: { login, refresh, logout, session },
    request: core.request as Request<Operations>,
  }
}

// Signing in and out: keeps the tokens that the calls answer, and takes the guest's cart along.
import type { Core } from './core.ts'
import { isApiError } from './errors.ts'
import type { ShopOperations, Tokens } from './generated/types.ts'
import type { CallOptions } from './options.ts'
import type { StoredTokens } from './token-store.ts'

export interface AuthMethods {
  /** Signs in and keeps the tokens. Lines and codes of a guest's cart move into the customer's. */
  login(body: ShopOperations['login']['body'], options?: CallOptions): Promise<Tokens>
  /** Confirms a registration with the mailed code, and signs in as `login` does. */
  verify(body: ShopOperations['verifyEmail']['body'], options?: CallOptions): Promise<Tokens>
  /** Makes a guest when there are no tokens. The first call of a shopper does that by itself. */
  guest(): Promise<StoredTokens>
  /** Replaces the tokens. Calls do that by themselves when the shop no longer takes their token. @returns null when the session has ended */
  refresh(): Promise<StoredTokens | null>
  /** Ends the session at the shop and forgets the tokens, also when the shop cannot be reached. */
  logout(options?: CallOptions): Promise<void>
  /** The tokens and who they belong to; null before the first call of a shopper. */
  session(): Promise<StoredTokens | null>
}

export const createAuth = ({ session, request }: Core): AuthMethods => {
  /** Moves the guest's cart before the guest's tokens are replaced, so that a failure loses neither. */
  const mergeCart = async (guest: StoredTokens, { accessToken }: Tokens, options?: CallOptions): Promise<void> => {
    const merge = (token: string) => request('mergeCart', { body: { guestAccessToken: token } }, { ...options, accessToken })
    try {
      await merge(guest.accessToken)
    } catch (error) {
      if (!isApiError(error) || error.status >= 500) throw error
      // The guest's token may have expired. A cart that cannot be merged does not keep the customer out.
      const fresh = error.status === 401 ? await session.refresh(guest.accessToken) : null
      if (fresh) await merge(fresh.accessToken)
    }
  }
  const signIn = async (operationId: string, body: object, options?: CallOptions): Promise<Tokens> => {
    const before = await session.read()
    const tokens = await request<Tokens>(operationId, { body }, { ...options, ...session.cookieMode })
    if (before?.principal.role === 'guest') await mergeCart(before, tokens, options)
    await session.keep(tokens)
    return tokens
  }
  return {
    login: (body, options) => signIn('login', body, options),
    verify: (body, options) => signIn('verifyEmail', body, options),
    guest: session.open,
    session: session.read,
    refresh: async () => session.refresh((await session.read())?.accessToken),
    logout: async (options) => {
      const refreshToken = (await session.read())?.refreshToken
      const body = refreshToken ? { refreshToken } : {}
      try {
        if (refreshToken || session.cookieMode.credentials)
          await request('logout', { body }, { ...options, ...session.cookieMode })
      } finally {
        await session.keep(null)
      }
    },
  }
}

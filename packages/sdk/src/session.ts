// Session of a client: makes a guest on the first call of a shopper, refreshes expired tokens once for all calls, forgets dead ones.
import type { Attempt, Input } from './attempt.ts'
import { ConnectionError, isApiError } from './errors.ts'
import type { Tokens } from './generated/types.ts'
import { createMutex, type StoredTokens, type TokenStore } from './token-store.ts'

/** Sends a call below `/v1/auth/`, which needs no token. */
type Exchange = (path: string, body: Input['body'], more: Pick<Attempt, 'headers' | 'credentials'>) => Promise<Tokens>

export interface Session {
  read(): Promise<StoredTokens | null>
  /** Stores tokens as the gateway answered them; null forgets those that are there. */
  keep(tokens: Tokens | null): Promise<void>
  /** Tokens of a guest or customer: those that there are, else those of a new guest. */
  open(): Promise<StoredTokens>
  /** The tokens that there are, or those that the gateway's cookie gives. */
  resume(): Promise<StoredTokens | null>
  /** Replaces tokens that the shop no longer takes. @returns null when the session has ended */
  refresh(used: string | undefined): Promise<StoredTokens | null>
  /** Headers and credentials of the gateway's cookie session. */
  cookieMode: Pick<Attempt, 'headers' | 'credentials'>
}

const stored = ({ accessToken, refreshToken, principal }: Tokens): StoredTokens => ({
  accessToken,
  refreshToken: refreshToken ?? null,
  principal,
})

/**
 * A refresh whose answer was lost is repeated at once and only once: identity takes a used token a second time within ten seconds, and
 * ends the session at the third.
 */
const repeatOnce = (error: unknown, rotate: () => Promise<Tokens>): Promise<Tokens> => {
  if (!(error instanceof ConnectionError)) throw error
  return rotate()
}

export const createSession = (store: TokenStore, exchange: Exchange): Session => {
  const lock = store.lock?.bind(store) ?? createMutex()
  const cookieMode: Session['cookieMode'] = store.session
    ? { headers: { 'x-session': store.session }, credentials: 'include' }
    : { headers: {} }
  const read = async () => store.read()
  const keep = async (tokens: Tokens | null) => store.write(tokens && stored(tokens))

  /** Runs within the lock. */
  const exchangeRefresh = async (current: StoredTokens | null): Promise<StoredTokens | null> => {
    const refreshToken = current?.refreshToken ?? undefined
    if (refreshToken === undefined && !store.session) return null
    const rotate = () => exchange('/v1/auth/refresh', refreshToken ? { refreshToken } : {}, cookieMode)
    try {
      await keep(await rotate().catch((error) => repeatOnce(error, rotate)))
      return await read()
    } catch (error) {
      if (!isApiError(error) || error.status !== 401) throw error
      // Another tab may have refreshed where the store has no lock over tabs.
      const latest = await read()
      if (latest?.accessToken !== current?.accessToken) return latest
      await store.write(null)
      return null
    }
  }

  const resume = async () => (await read()) ?? (store.session ? lock(async () => (await read()) ?? exchangeRefresh(null)) : null)
  const openGuest = async (): Promise<StoredTokens> => {
    const found = (await read()) ?? (store.session ? await exchangeRefresh(null) : null)
    if (found) return found
    const guest = await exchange('/v1/auth/guest', undefined, cookieMode)
    await keep(guest)
    return stored(guest)
  }
  return {
    read,
    keep,
    cookieMode,
    resume,
    open: async () => (await read()) ?? lock(openGuest),
    refresh: (used) =>
      lock(async () => {
        const current = await read()
        return current && current.accessToken !== used ? current : exchangeRefresh(current)
      }),
  }
}

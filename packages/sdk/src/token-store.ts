// Stores of tokens: in memory, in a browser's storage, in the gateway's cookie, in cookies of a server that renders pages.

export interface StoredTokens {
  accessToken: string
  /** Null while the gateway keeps it in a cookie that scripts cannot read. */
  refreshToken: string | null
  principal: { id: string; role: 'guest' | 'customer' | 'admin' }
}

type Awaitable<T> = T | PromiseLike<T>

export interface TokenStore {
  read(): Awaitable<StoredTokens | null>
  /** Keeps the tokens; null forgets them. */
  write(tokens: StoredTokens | null): Awaitable<void>
  /** Runs work alone among all that share the tokens. Without it the work runs alone in one client only. */
  lock?<T>(work: () => Promise<T>): Promise<T>
  /** Name of the gateway's cookie session: the refresh token is never seen by the client. */
  session?: 'shop' | 'console'
}

/** Runs work one after the other. */
export const createMutex = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next.catch(() => undefined)
    return next
  }
}

interface Locks {
  request<T>(name: string, work: () => Promise<T>): Promise<T>
}

/** A lock over all tabs of a browser where it has Web Locks, else over one page. */
const sharedLock = (name: string): NonNullable<TokenStore['lock']> => {
  const { locks } = (globalThis.navigator ?? {}) as { locks?: Locks }
  return locks === undefined ? createMutex() : (work) => locks.request(name, work)
}

/** Keeps tokens until the program or the page ends. */
export const memoryTokens = (initial: StoredTokens | null = null): TokenStore => {
  let tokens = initial
  return {
    read: () => tokens,
    write: (fresh) => {
      tokens = fresh
    },
    lock: createMutex(),
  }
}

/** What `localStorage` and `sessionStorage` have in common. */
export interface WebStorage {
  getItem(name: string): string | null
  setItem(name: string, value: string): void
  removeItem(name: string): void
}

const parsed = (text: string | null | undefined): StoredTokens | null => {
  try {
    return text ? JSON.parse(text) : null
  } catch {
    return null
  }
}

/** Keeps tokens in `localStorage`, which all tabs share, or in `sessionStorage`. Scripts of the page can read them. */
export const webStorageTokens = (storage: WebStorage, name = 'cartwright'): TokenStore => ({
  read: () => parsed(storage.getItem(name)),
  write: (tokens) => (tokens === null ? storage.removeItem(name) : storage.setItem(name, JSON.stringify(tokens))),
  lock: sharedLock(name),
})

/** For browsers: the refresh token stays in an HttpOnly cookie of the gateway, the access token in memory. */
export const gatewayCookieTokens = (session: 'shop' | 'console' = 'shop'): TokenStore => ({
  ...memoryTokens(),
  lock: sharedLock(`cartwright-${session}`),
  session,
})

/** How a cookie with tokens should be set; the names are those of most libraries. */
export interface CookieAttributes {
  httpOnly: true
  secure: boolean
  sameSite: 'lax'
  path: '/'
  /** Seconds. */
  maxAge: number
}

export interface Cookies {
  get(name: string): Awaitable<string | null | undefined>
  set(name: string, value: string, attributes: CookieAttributes): Awaitable<void>
}

const monthSec = 30 * 24 * 3600

/**
 * For servers that render pages, one store and one client per request: keeps tokens in an HttpOnly cookie of the page's own host.
 * @param secure false only for a server without TLS on this computer
 */
export const cookieTokens = (cookies: Cookies, { name = 'cartwright', secure = true } = {}): TokenStore => {
  // A cookie that was set during a request is not among those that came with it.
  let written: StoredTokens | null | undefined
  return {
    read: async () => (written === undefined ? parsed(decodeURIComponent((await cookies.get(name)) ?? '')) : written),
    write: (tokens) => {
      written = tokens
      const value = tokens === null ? '' : encodeURIComponent(JSON.stringify(tokens))
      return cookies.set(name, value, { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge: tokens ? monthSec : 0 })
    },
    lock: createMutex(),
  }
}

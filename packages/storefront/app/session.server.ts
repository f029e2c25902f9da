// The visitor's session: one encrypted cookie that scripts cannot read. It holds the tokens of the shop, never shown to the browser.
import type { AddressInput, StoredTokens } from '@cartwright/sdk'
import { EncryptJWT, jwtDecrypt } from 'jose'

/** The address and mail address of a checkout that is under way. */
interface CheckoutDraft {
  email?: string
  address: AddressInput
}

export interface Session {
  tokens: StoredTokens | null
  currency?: string
  draft?: CheckoutDraft
  /** Tokens that read one order each, by the order's id: from mails and from the lookup. */
  orderTokens?: Record<string, string>
}

const name = 'cw_storefront'
const lifeSec = 30 * 24 * 3600

const cookieIn = (header: string | null): string | undefined =>
  header
    ?.split(/; */)
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1)

/** Reads the session of a request; a missing, foreign or expired cookie is an empty one. */
export const readSession = async (request: Request, secret: Uint8Array): Promise<Session> => {
  const cookie = cookieIn(request.headers.get('cookie'))
  if (!cookie) return { tokens: null }
  try {
    const { payload } = await jwtDecrypt(cookie, secret)
    return payload.session as Session
  } catch {
    return { tokens: null }
  }
}

/** The `Set-Cookie` header of a session. @param secure whether the storefront is reached by https */
export const sessionCookie = async (session: Session, secret: Uint8Array, secure: boolean): Promise<string> => {
  const value = await new EncryptJWT({ session })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setExpirationTime(`${lifeSec}s`)
    .encrypt(secret)
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${lifeSec}${secure ? '; Secure' : ''}`
}

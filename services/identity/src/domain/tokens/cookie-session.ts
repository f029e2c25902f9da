// Cookie sessions: the refresh token of a browser is an HttpOnly cookie, which serves refresh and sign-out only.
import { AppError, type Tokens } from '@cartwright/contracts'
import { reply } from '@cartwright/service-kit'
import type { IdentityDeps } from '../../deps.ts'

const sessionNames = ['shop', 'console'] as const
type SessionName = (typeof sessionNames)[number]

/** The part of a request that says which session it belongs to. */
interface SessionRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>
}

const cookieOf = (session: SessionName): string => `cw_refresh_${session}`

const refused = (location: 'headers' | 'body', path: string, message: string): AppError =>
  new AppError('validation_failed', { extra: { in: location, errors: [{ path, message }] } })

/** The cookie session that the caller asks for; null for a caller that keeps its refresh token itself. @throws AppError validation_failed */
export const sessionNameOf = ({ headers }: SessionRequest): SessionName | null => {
  const given = headers['x-session']
  if (given === undefined) return null
  const name = sessionNames.find((one) => one === given)
  if (name === undefined) throw refused('headers', '/x-session', `must be one of ${sessionNames.join(', ')}`)
  return name
}

/** Values of cookies by name; of repeated names the first, which has the most specific path. */
const cookiesOf = ({ headers }: SessionRequest): Map<string, string> => {
  const cookies = new Map<string, string>()
  for (const pair of String(headers.cookie ?? '').split(';')) {
    const [name = '', ...value] = pair.trim().split('=')
    if (!cookies.has(name)) cookies.set(name, value.join('='))
  }
  return cookies
}

/** Browsers take a Secure cookie over HTTPS only; a shop on loopback has none. */
const isLoopback = (url: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname)

const setCookie = (session: SessionName, value: string, maxAgeSec: number, { shared }: IdentityDeps) => ({
  'set-cookie': `${cookieOf(session)}=${value}; Path=/v1/auth; Max-Age=${maxAgeSec}; HttpOnly; SameSite=Strict${isLoopback(shared.publicUrl) ? '' : '; Secure'}`,
})

const daySec = 86_400

/** Answers tokens: in a cookie session the refresh token goes into the cookie and not into the body. */
export const replyTokens = (
  status: 200 | 201,
  { refreshToken, ...tokens }: Tokens & { refreshToken: string },
  session: SessionName | null,
  deps: IdentityDeps,
) =>
  session === null
    ? reply<Tokens>(status, { ...tokens, refreshToken })
    : reply<Tokens>(status, tokens, setCookie(session, refreshToken, deps.config.refreshTokenDays * daySec, deps))

/** The header that makes the browser forget the refresh token of a session. */
export const clearedCookie = (session: SessionName | null, deps: IdentityDeps): Record<string, string> =>
  session === null ? {} : setCookie(session, '', 0, deps)

/**
 * The refresh token of a request, from the cookie of its session or from its body.
 * @returns null in a cookie session without its cookie
 * @throws AppError csrf_refused for a cookie without X-Session, validation_failed for a token in the wrong place or in none
 */
export const refreshTokenOf = (
  request: SessionRequest & { body?: { refreshToken?: string } | undefined },
  session: SessionName | null,
): string | null => {
  const given = request.body?.refreshToken
  const cookies = cookiesOf(request)
  if (session !== null) {
    if (given !== undefined) throw refused('body', '/refreshToken', 'must be left out with X-Session: the cookie has it')
    return cookies.get(cookieOf(session)) ?? null
  }
  if (given !== undefined) return given
  if (sessionNames.some((name) => cookies.has(cookieOf(name)))) throw new AppError('csrf_refused')
  throw refused('body', '/refreshToken', 'is required')
}

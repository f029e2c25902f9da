// Middleware of every page: reads the session, makes the visitor's client of the shop, refuses foreign forms, writes the session back.
import { createClient } from '@cartwright/sdk'
import type { MiddlewareFunction } from 'react-router'
import { addressContext, settingsContext, visitContext } from './context.ts'
import { localeOf } from './locales.ts'
import { isPrivate } from './seo.ts'
import { readSession, sessionCookie } from './session.server.ts'
import { sessionTokens } from './tokens.server.ts'

const changes = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/** A form on another site carries its own origin; browsers do not let a page choose this header. */
const isForeign = (request: Request, origin: string): boolean =>
  changes.has(request.method) && request.headers.get('origin') !== origin

/** Names the visitor to the gateway, which limits requests by address and lists devices. It believes that of trusted hops only. */
const fetchFor =
  (address: string): typeof fetch =>
  (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('x-forwarded-for', address)
    return fetch(input, { ...init, headers })
  }

export const openVisit: MiddlewareFunction<Response> = async ({ request, context }, next) => {
  const { gatewayUrl, secret, publicUrl } = context.get(settingsContext)
  const url = new URL(request.url)
  const origin = publicUrl ?? url.origin
  if (isForeign(request, origin)) throw new Response('This form belongs to another site.', { status: 403 })
  const session = await readSession(request, secret)
  const before = JSON.stringify(session)
  const locale = localeOf(url.pathname)
  const tokens = sessionTokens(session)
  const client = createClient({
    baseUrl: gatewayUrl,
    fetch: fetchFor(context.get(addressContext)),
    locale,
    tokens,
    ...(session.currency ? { currency: session.currency } : {}),
  })
  context.set(visitContext, { client, locale, session, origin })
  const response = await next()
  if (isPrivate(url.pathname)) response.headers.set('x-robots-tag', 'noindex')
  // Another request of this visitor may have renewed the tokens: this one keeps those as well.
  session.tokens = (await tokens.read()) ?? null
  if (JSON.stringify(session) !== before)
    response.headers.append('set-cookie', await sessionCookie(session, secret, origin.startsWith('https:')))
  return response
}

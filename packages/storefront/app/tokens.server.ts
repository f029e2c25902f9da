// Keeps a visitor's tokens in the session, and lets requests that arrive at once with the same expired token share one refresh.
import { memoryTokens, type TokenStore } from '@cartwright/sdk'
import type { Session } from './session.server.ts'

/** What requests of the last minute that began with a refresh token got in its place. */
const renewals = new Map<string, TokenStore>()
const keptMs = 60_000

const renewalOf = (refreshToken: string): TokenStore => {
  const known = renewals.get(refreshToken)
  if (known) return known
  const renewal = memoryTokens()
  renewals.set(refreshToken, renewal)
  setTimeout(() => renewals.delete(refreshToken), keptMs).unref()
  return renewal
}

export const sessionTokens = (session: Session): TokenStore => {
  const first = session.tokens?.refreshToken
  const renewal = first ? renewalOf(first) : memoryTokens()
  const isUnchanged = () => session.tokens?.refreshToken === first
  return {
    read: async () => (isUnchanged() ? await renewal.read() : null) ?? session.tokens,
    write: async (tokens) => {
      if (tokens && isUnchanged()) await renewal.write(tokens)
      session.tokens = tokens
    },
    lock: (work) => (renewal.lock ? renewal.lock(work) : work()),
  }
}

// In-memory list of revoked access tokens, by account or by session. An entry lives until the last of its tokens has expired.
import type { AccessRevocation } from '@cartwright/contracts'
import type { Clock } from '../lifecycle/clock.ts'

/** The claims of a token that a revocation is compared with. */
export interface TokenFacts {
  userId: string
  sessionId: string | null
  /** Microseconds since 1970, on the clock of identity's database. */
  issuedAtUs: number
}

export interface Revocations {
  /** Adds a revocation; repeated and older ones change nothing. */
  add(revocation: AccessRevocation): void
  isRevoked(token: TokenFacts): boolean
  /** False until the revocations from before the start have been read. */
  isComplete(): boolean
  complete(): void
  /** Resolves when the list is complete. */
  whenComplete(): Promise<void>
}

interface Entry {
  notBeforeUs: number
  expiresAtMs: number
}

const pruneEveryMs = 60_000

/** Microseconds since 1970 of an RFC 3339 time in UTC. */
export const microseconds = (time: string): number => {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? ''
  const seconds = Date.parse(time.replace(/\.\d+/, '')) / 1000
  return seconds * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

const keyOf = (userId: string, sessionId: string | null | undefined) => (sessionId ? `${userId}\n${sessionId}` : userId)

export const createRevocations = (clock: Clock): Revocations => {
  const entries = new Map<string, Entry>()
  const completion = Promise.withResolvers<void>()
  let isComplete = false
  let pruneAtMs = 0

  const prune = (nowMs: number): void => {
    if (nowMs < pruneAtMs) return
    pruneAtMs = nowMs + pruneEveryMs
    for (const [key, { expiresAtMs }] of entries) if (expiresAtMs < nowMs) entries.delete(key)
  }
  // A token issued in the same microsecond counts as older: a sign-in waits for the revocation's locks.
  const covers = (key: string, issuedAtUs: number): boolean => {
    const entry = entries.get(key)
    return entry !== undefined && issuedAtUs <= entry.notBeforeUs
  }
  return {
    add: ({ userId, sessionId, notBefore, expiresAt }) => {
      prune(clock.now().getTime())
      const key = keyOf(userId, sessionId)
      const known = entries.get(key)
      entries.set(key, {
        notBeforeUs: Math.max(known?.notBeforeUs ?? 0, microseconds(notBefore)),
        expiresAtMs: Math.max(known?.expiresAtMs ?? 0, Date.parse(expiresAt)),
      })
    },
    isRevoked: ({ userId, sessionId, issuedAtUs }) =>
      covers(userId, issuedAtUs) || (sessionId !== null && covers(keyOf(userId, sessionId), issuedAtUs)),
    isComplete: () => isComplete,
    complete: () => {
      isComplete = true
      completion.resolve()
    },
    whenComplete: () => completion.promise,
  }
}

// Requests of one visitor that arrive at once with the same expired token.
import { randomUUID } from 'node:crypto'
import type { StoredTokens } from '@cartwright/sdk'
import { expect, test } from 'vitest'
import type { Session } from './session.server.ts'
import { sessionTokens } from './tokens.server.ts'

const tokens = (refreshToken: string): StoredTokens => ({
  accessToken: `access of ${refreshToken}`,
  refreshToken,
  principal: { id: 'usr_1', role: 'customer' },
})

/** Does what the SDK does with a store when a token has expired: alone, and only when no other request did it meanwhile. */
const refresh = (store: ReturnType<typeof sessionTokens>, used: string, renew: () => StoredTokens) =>
  store.lock?.(async () => {
    const current = await store.read()
    if (current?.accessToken !== used) return current
    await store.write(renew())
    return store.read()
  })

test('share one refresh, and all end with the new tokens', async () => {
  const old = tokens(randomUUID())
  const sessions: Session[] = Array.from({ length: 5 }, () => ({ tokens: old }))
  let renewals = 0
  const renew = () => tokens(`renewed ${++renewals} ${old.refreshToken}`)
  await Promise.all(sessions.map((session) => refresh(sessionTokens(session), old.accessToken, renew)))
  expect(renewals).toBe(1)
  for (const session of sessions) expect(await sessionTokens(session).read()).toEqual(tokens(`renewed 1 ${old.refreshToken}`))
})

test('a visitor who signs out has no tokens, whatever was renewed before', async () => {
  const session: Session = { tokens: tokens(randomUUID()) }
  const store = sessionTokens(session)
  await store.write(tokens(randomUUID()))
  await store.write(null)
  expect(await store.read()).toBeNull()
  expect(session.tokens).toBeNull()
})

test('visitors do not see each other’s tokens', async () => {
  const [one, other]: [Session, Session] = [{ tokens: tokens(randomUUID()) }, { tokens: tokens(randomUUID()) }]
  const fresh = tokens(randomUUID())
  await sessionTokens(one).write(fresh)
  expect(await sessionTokens(other).read()).toEqual(other.tokens)
})

// The list of revoked tokens: what came before a revocation is refused, what came after is not, in whatever order they become known.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRevocations, microseconds } from './revocations.ts'

const clock = (nowMs: () => number) => ({ now: () => new Date(nowMs()), offsetMs: () => 0 })
const startMs = Date.parse('2026-11-29T10:00:00Z')
const timeOf = (us: number) =>
  `${new Date(Math.floor(us / 1000)).toISOString().slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`
const expiresAt = new Date(startMs + 660_000).toISOString()

describe('microseconds', () => {
  test.each([
    ['2026-11-29T10:00:00Z', 0],
    ['2026-11-29T10:00:00.5Z', 500_000],
    ['2026-11-29T10:00:00.123456Z', 123_456],
    ['2026-11-29T10:00:00.000001Z', 1],
    ['2026-11-29T10:00:01.1234567Z', 1_123_456],
  ])('%s is read in full', (time, us) => {
    expect(microseconds(time)).toBe(startMs * 1000 + us)
  })
})

test('a revocation refuses tokens of its account only, up to its microsecond', () => {
  const list = createRevocations(clock(() => startMs))
  const at = startMs * 1000 + 123_456
  list.add({ userId: 'usr_ann', notBefore: timeOf(at), expiresAt })
  const isRevoked = (userId: string, issuedAtUs: number) => list.isRevoked({ userId, sessionId: 'ses_1', issuedAtUs })
  expect([isRevoked('usr_ann', at - 1), isRevoked('usr_ann', at), isRevoked('usr_ann', at + 1)]).toEqual([true, true, false])
  expect(isRevoked('usr_bob', at - 1)).toBe(false)
})

test('an ended session ends no other session of its owner', () => {
  const list = createRevocations(clock(() => startMs))
  list.add({ userId: 'usr_ann', sessionId: 'ses_1', notBefore: timeOf(startMs * 1000), expiresAt })
  const isRevoked = (sessionId: string | null) => list.isRevoked({ userId: 'usr_ann', sessionId, issuedAtUs: startMs * 1000 - 1 })
  expect([isRevoked('ses_1'), isRevoked('ses_2'), isRevoked(null)]).toEqual([true, false, false])
})

test('expired revocations are dropped, so that the list does not grow', () => {
  let nowMs = startMs
  const list = createRevocations(clock(() => nowMs))
  list.add({ userId: 'usr_ann', notBefore: timeOf(startMs * 1000), expiresAt })
  nowMs += 700_000
  list.add({ userId: 'usr_bob', notBefore: timeOf(nowMs * 1000), expiresAt: new Date(nowMs + 660_000).toISOString() })
  expect(list.isRevoked({ userId: 'usr_ann', sessionId: null, issuedAtUs: startMs * 1000 - 1 })).toBe(false)
  expect(list.isRevoked({ userId: 'usr_bob', sessionId: null, issuedAtUs: startMs * 1000 })).toBe(true)
})

test('whatever the order and however often revocations arrive, a token is refused exactly when one of them is not older', () => {
  const users = fc.constantFrom('usr_ann', 'usr_bob')
  const sessions = fc.constantFrom('ses_1', 'ses_2', undefined)
  const us = fc.integer({ min: 0, max: 5_000_000 }).map((offset) => startMs * 1000 + offset)
  const revocation = fc.record({ userId: users, sessionId: sessions, at: us })
  const token = fc.record({ userId: users, sessionId: sessions, issuedAtUs: us })
  fc.assert(
    fc.property(fc.array(revocation, { maxLength: 12 }), token, (known, given) => {
      const list = createRevocations(clock(() => startMs))
      for (const { userId, sessionId, at } of known)
        list.add({ userId, notBefore: timeOf(at), expiresAt, ...(sessionId === undefined ? {} : { sessionId }) })
      const covered = known.some(
        ({ userId, sessionId, at }) =>
          userId === given.userId && (sessionId === undefined || sessionId === given.sessionId) && given.issuedAtUs <= at,
      )
      expect(list.isRevoked({ ...given, sessionId: given.sessionId ?? null })).toBe(covered)
    }),
  )
})

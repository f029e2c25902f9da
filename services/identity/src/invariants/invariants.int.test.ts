// Invariants of identity: rotations satisfy the key invariant, and the next check reports a deleted key.
import { checkedEachSecond, contradicted } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IdentityUnderTest, startIdentity } from '../fixtures.ts'
import { findKeyProblem } from './invariants.ts'

let t: IdentityUnderTest
beforeAll(async () => {
  t = await startIdentity({ ...checkedEachSecond, IDENTITY_KEY_DAYS: '1' })
})
afterAll(() => t.stop())

test('the key invariant holds during daily rotations', async () => {
  for (let hours = 0; hours < 50; hours++) {
    await t.clock.advance('1h')
    await t.idle()
    expect(await contradicted(t)).toEqual([])
  }
})

test('the key invariant reports a deleted key', async () => {
  // The rotation has just run and runs again in a minute.
  await t.clock.advance('61s')
  await t.idle()
  await t.sql('UPDATE signing_key SET retired_at = retired_at - INTERVAL 10 DAY')
  expect(await contradicted(t)).toEqual(['K1-one-key-signs'])
})

test('the key invariant reports more keys than a rotation needs', () => {
  expect(findKeyProblem({ signing: 1, coming: 1 })).toBeNull()
  expect(findKeyProblem({ signing: 2, coming: 0 })).toBeNull()
  expect(findKeyProblem({ signing: 3, coming: 0 })).toBe('3 keys sign')
})

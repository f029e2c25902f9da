// Identity's invariant: keys rotate without contradicting it, and a key that was taken away is missed at the next check.
import { checkedEachSecond, contradicted } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IdentityUnderTest, startIdentity } from '../fixtures.ts'
import { keyTrouble } from './invariants.ts'

let t: IdentityUnderTest
beforeAll(async () => {
  t = await startIdentity({ ...checkedEachSecond, IDENTITY_KEY_DAYS: '1' })
})
afterAll(() => t.stop())

test('keys that change day after day contradict nothing', async () => {
  for (let hours = 0; hours < 50; hours++) {
    await t.clock.advance('1h')
    await t.idle()
    expect(await contradicted(t)).toEqual([])
  }
})

test('a key that was taken away is missed', async () => {
  // The rotation has just looked, and looks again in a minute.
  await t.clock.advance('61s')
  await t.idle()
  await t.sql('UPDATE signing_key SET retired_at = retired_at - INTERVAL 10 DAY')
  expect(await contradicted(t)).toEqual(['K1-one-key-signs'])
})

test('more keys than a rotation needs are too many', () => {
  expect(keyTrouble({ signing: 1, coming: 1 })).toBeNull()
  expect(keyTrouble({ signing: 2, coming: 0 })).toBeNull()
  expect(keyTrouble({ signing: 3, coming: 0 })).toBe('3 keys sign')
})

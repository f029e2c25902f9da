// Signing keys: rotation without a gap, publication before use, sealed storage, one creator.
import { engineUrl } from '@cartwright/testing'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IdentityUnderTest, startIdentity } from '../../fixtures.ts'
import { ensureKeys } from './signing-keys.ts'

describe('signing keys', () => {
  let t: IdentityUnderTest
  beforeAll(async () => {
    t = await startIdentity({ IDENTITY_KEY_DAYS: '1' })
  })
  afterAll(() => t.stop())

  const published = async (): Promise<{ keys: { kid: string }[] }> => (await t.anonymous.get('/.well-known/jwks.json')).body

  test('verify every token over three rotations, for a verifier whose copy is five minutes old', async () => {
    let old = await published()
    const seen = new Set<string>()
    for (let step = 0; step < 3 * 24 * 12; step++) {
      await t.clock.advance('5m')
      await t.idle()
      const { accessToken } = (await t.anonymous.post('/v1/auth/guest')).body
      const { protectedHeader } = await jwtVerify(accessToken, createLocalJWKSet(old), {
        currentDate: t.clock.now(),
        algorithms: ['ES256'],
      })
      seen.add(protectedHeader.kid ?? '')
      old = await published()
    }
    expect(seen.size).toBeGreaterThanOrEqual(3)
    expect(old.keys.length).toBeLessThanOrEqual(3)
  }, 240_000)

  test('verify the last token of a retired key until it expires', async () => {
    const { accessToken } = (await t.anonymous.post('/v1/auth/guest')).body
    await t.clock.advance('9m')
    await t.idle()
    await jwtVerify(accessToken, createLocalJWKSet(await published()), { currentDate: t.clock.now() })
  })

  test('are published as public keys only, and stored with sealed private keys', async () => {
    const { keys } = await published()
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    const [{ sealed }] = await t.sql('SELECT sealed_private_jwk AS sealed FROM signing_key LIMIT 1')
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('"d"')
  })

  test('are created once when many processes start at the same time', async () => {
    await using fresh = await startIdentity()
    const { db } = fresh.running
    if (db === null) throw new Error('identity has a schema')
    await fresh.sql('DELETE FROM signing_key')
    await Promise.all(Array.from({ length: 12 }, () => ensureKeys(db, { secret: 'x', keyDays: 30, accessTokenSec: 600 })))
    expect(await fresh.sql('SELECT COUNT(*) AS n FROM signing_key')).toEqual([{ n: 1 }])
  })

  test('fail the start with another IDENTITY_KEY_SECRET, and the error names it', async () => {
    await using first = await startIdentity()
    const address = new URL(engineUrl())
    address.pathname = `/${first.running.db?.name}`
    await expect(startIdentity({ IDENTITY_KEY_SECRET: 'another', IDENTITY_DATABASE_URL: address.href })).rejects.toThrow(
      'IDENTITY_KEY_SECRET',
    )
  })
})

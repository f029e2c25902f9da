// Signing keys: the next one is published before it signs, retired ones stay published until their last token has expired.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '@cartwright/db'
import type { Clock } from '@cartwright/service-kit'
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'

/** How long verifiers may keep our keys, in seconds; a key is published at least this long before it signs. */
export const publishedAheadSec = 600
const refreshMs = 30_000
/** How long a process that finds no key waits for another one that is making it. */
const makingMs = 5000
/** Slack after the last token of a retired key has expired, in seconds. */
const slackSec = 600

interface KeyRow {
  kid: string
  public_jwk: string
  sealed_private_jwk: string
  active_from: Date
  retired_at: Date
}

export interface KeyRules {
  /** IDENTITY_KEY_SECRET. */
  secret: string
  keyDays: number
  /** Life of an access token: a retired key stays published longer. */
  accessTokenSec: number
}

export interface SigningKeys {
  /** The key that signs now. */
  active(): Promise<{ kid: string; key: CryptoKey }>
  /** Next, active and retired public keys. */
  published(): Promise<JWK[]>
}

const cipherKey = (secret: string) => createHash('sha256').update(`signing-keys:${secret}`).digest()

const seal = (secret: string, plain: string): string => {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', cipherKey(secret), iv)
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
}

const unseal = (secret: string, sealed: string): string => {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', cipherKey(secret), bytes.subarray(0, 12))
  decipher.setAuthTag(bytes.subarray(12, 28))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch (error) {
    throw new Error('IDENTITY_KEY_SECRET does not open the signing keys in the database: it is not the one that sealed them', {
      cause: error,
    })
  }
}

const insertKey = async (db: Database, { secret, keyDays, accessTokenSec }: KeyRules, delaySec: number): Promise<void> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = randomBytes(8).toString('hex')
  const publicJwk = JSON.stringify({ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' })
  const privateJwk = seal(secret, JSON.stringify(await exportJWK(privateKey)))
  const retiredSec = delaySec + keyDays * 86_400
  await db.run`INSERT INTO signing_key (kid, public_jwk, sealed_private_jwk, created_at, active_from, retired_at, gone_at)
    VALUES (${kid}, ${publicJwk}, ${privateJwk}, ${db.dbNow}, ${db.dbNow} + INTERVAL ${delaySec} SECOND,
      ${db.dbNow} + INTERVAL ${retiredSec} SECOND, ${db.dbNow} + INTERVAL ${retiredSec + accessTokenSec + slackSec} SECOND)`
}

/**
 * Makes sure that a key signs now and that its successor is published in time. Safe in many replicas: the rows of `lease` are the lock.
 */
export const ensureKeys = async (db: Database, rules: KeyRules): Promise<void> => {
  const owner = randomBytes(6).toString('hex')
  await db.run`INSERT IGNORE INTO lease (name, owner, expires_at) VALUES ('identity-keys', NULL, UTC_TIMESTAMP(6))`
  const held = await db.run`UPDATE lease SET owner = ${owner}, expires_at = UTC_TIMESTAMP(6) + INTERVAL 10 SECOND
    WHERE name = 'identity-keys' AND (owner IS NULL OR expires_at < UTC_TIMESTAMP(6))`
  if (held.affectedRows !== 1) return
  try {
    const known = await db.one<{ signing: number; coming: number }>`SELECT
      COALESCE(SUM(active_from <= ${db.dbNow} AND retired_at > ${db.dbNow}), 0) AS signing,
      COALESCE(SUM(retired_at > ${db.dbNow} + INTERVAL ${publishedAheadSec * 2} SECOND), 0) AS coming FROM signing_key`
    if ((known?.signing ?? 0) === 0) await insertKey(db, rules, 0)
    else if ((known?.coming ?? 0) === 0) await insertKey(db, rules, publishedAheadSec)
    await db.run`DELETE FROM signing_key WHERE gone_at < ${db.dbNow}`
  } finally {
    await db.run`UPDATE lease SET owner = NULL WHERE name = 'identity-keys' AND owner = ${owner}`
  }
}

/** Reads keys with a short memory. */
export const signingKeys = (db: Database, rules: KeyRules, clock: Clock): SigningKeys => {
  let rows: KeyRow[] = []
  let readAt = Number.NEGATIVE_INFINITY
  const imported = new Map<string, CryptoKey>()
  const read = async (): Promise<KeyRow[]> => {
    rows =
      await db.rows<KeyRow>`SELECT kid, public_jwk, sealed_private_jwk, active_from, retired_at FROM signing_key WHERE gone_at > ${db.dbNow} ORDER BY active_from DESC`
    readAt = performance.now()
    return rows
  }
  const signing = (): KeyRow | undefined => rows.find((row) => row.active_from <= clock.now() && row.retired_at > clock.now())
  const signingNow = async (): Promise<KeyRow> => {
    if (performance.now() - readAt > refreshMs || signing() === undefined) await read()
    const until = performance.now() + makingMs
    while (signing() === undefined) {
      if (performance.now() > until)
        throw new Error('no signing key is active, and another process that is making one does not come to an end')
      await ensureKeys(db, rules)
      await read()
      // Another process may hold the lock; its key comes in a moment.
      if (signing() === undefined) await delay(50)
    }
    return signing() ?? signingNow()
  }
  const importKey = async (row: KeyRow): Promise<CryptoKey> => {
    const key = await importJWK(JSON.parse(unseal(rules.secret, row.sealed_private_jwk)), 'ES256')
    if (key instanceof Uint8Array) throw new Error('a signing key is not an asymmetric key')
    imported.set(row.kid, key)
    return key
  }
  return {
    active: async () => {
      const row = await signingNow()
      return { kid: row.kid, key: imported.get(row.kid) ?? (await importKey(row)) }
    },
    published: async () => {
      const current = await read()
      return current.map((row): JWK => JSON.parse(row.public_jwk))
    },
  }
}

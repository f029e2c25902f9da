// Signing keys with rotation: the next key is published before it signs, a retired one stays published until its last token has expired.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Database, insertInto, sql } from '@cartwright/db'
import { withLease } from '@cartwright/messaging'
import type { Clock } from '@cartwright/service-kit'
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { type SigningKeyRow, signingKeyTable } from '../../db/generated/rows.ts'
import { publicJwkColumn } from '../../db/json-columns.ts'

/** Seconds for which verifiers may cache the keys. A key is published at least this long before it signs. */
export const publishedAheadSec = 600
const refreshMs = 30_000
/** Milliseconds that a process without an active key waits for another process to create one. */
const keyWaitMs = 5000
/** Seconds that a retired key stays published after its last token has expired. */
const slackSec = 600

export interface KeyRules {
  /** IDENTITY_KEY_SECRET. */
  secret: string
  keyDays: number
  /** Lifetime of an access token; a retired key stays published longer. */
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
  const inSec = (seconds: number) => sql`${db.dbNow} + INTERVAL ${seconds} SECOND`
  await db.run`${insertInto(signingKeyTable, {
    kid,
    public_jwk: publicJwk,
    sealed_private_jwk: privateJwk,
    created_at: db.dbNow,
    active_from: inSec(delaySec),
    retired_at: inSec(retiredSec),
    gone_at: inSec(retiredSec + accessTokenSec + slackSec),
  })}`
}

/** Creates the active key when there is none, and its successor when it is due. A lease lets one replica do it. */
export const ensureKeys = async (db: Database, rules: KeyRules): Promise<void> => {
  await withLease(db, 'identity-keys', async () => {
    const known = await db.one<{ signing: number; coming: number }>`SELECT
      COALESCE(SUM(active_from <= ${db.dbNow} AND retired_at > ${db.dbNow}), 0) AS signing,
      COALESCE(SUM(retired_at > ${db.dbNow} + INTERVAL ${publishedAheadSec * 2} SECOND), 0) AS coming FROM signing_key`
    if ((known?.signing ?? 0) === 0) await insertKey(db, rules, 0)
    else if ((known?.coming ?? 0) === 0) await insertKey(db, rules, publishedAheadSec)
    await db.run`DELETE FROM signing_key WHERE gone_at < ${db.dbNow}`
  })
}

/** Creates a reader of the keys that caches them for a short time. */
export const createSigningKeys = (db: Database, rules: KeyRules, clock: Clock): SigningKeys => {
  let rows: SigningKeyRow[] = []
  let readAt = Number.NEGATIVE_INFINITY
  const imported = new Map<string, CryptoKey>()
  const read = async (): Promise<SigningKeyRow[]> => {
    rows = await db.rows<SigningKeyRow>`SELECT * FROM signing_key WHERE gone_at > ${db.dbNow} ORDER BY active_from DESC`
    readAt = performance.now()
    return rows
  }
  const signing = (): SigningKeyRow | undefined =>
    rows.find((row) => row.active_from <= clock.now() && row.retired_at > clock.now())
  const signingNow = async (): Promise<SigningKeyRow> => {
    if (performance.now() - readAt > refreshMs || signing() === undefined) await read()
    const until = performance.now() + keyWaitMs
    while (signing() === undefined) {
      if (performance.now() > until)
        throw new Error('signing keys: no key is active, and the lease holder did not create one in time; check the database')
      await ensureKeys(db, rules)
      await read()
      // Another process may hold the lease and create the key.
      if (signing() === undefined) await delay(50)
    }
    return signing() ?? signingNow()
  }
  const importKey = async (row: SigningKeyRow): Promise<CryptoKey> => {
    const key = await importJWK(JSON.parse(unseal(rules.secret, row.sealed_private_jwk)), 'ES256')
    if (key instanceof Uint8Array) throw new Error('signing keys: the stored private key is not an asymmetric key')
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
      return current.map((row): JWK => publicJwkColumn.parse(row.public_jwk))
    },
  }
}

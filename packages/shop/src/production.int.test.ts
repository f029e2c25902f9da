// Production check of real processes: each prints one line per problem and exits before it opens anything.

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serviceNames } from '@cartwright/contracts'
import { identityService } from '@cartwright/identity'
import type { Environment } from '@cartwright/service-kit'
import { startUnderTest, testSchema } from '@cartwright/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { drawSecrets } from './secrets.ts'

describe('a process', { timeout: 90_000 }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cartwright-production-'))
  rmSync(dataDir, { recursive: true })
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }))
  const run = async (entry: string, env: Environment): Promise<{ code: number | null; said: string }> => {
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL(entry, import.meta.url))],
      {
        env: { PATH: process.env.PATH, SHOP_DATA_DIR: dataDir, ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    return { code, said }
  }

  test.each(['./start-embedded.ts', './start-distributed.ts'])('%s refuses before it opens anything', async (entry) => {
    const { code, said } = await run(entry, { NODE_ENV: 'production', IDENTITY_BCRYPT_COST: '4', INTERNAL_AUTH_SECRET: 'weak' })
    expect(code).toBe(1)
    expect(
      said
        .split('\n')
        .filter((line) => line.startsWith('- '))
        .map((line) => line.split(' ')[1])
        .toSorted(),
    ).toEqual([
      'IDENTITY_BCRYPT_COST',
      'IDENTITY_KEY_SECRET',
      'IDENTITY_OTP_SECRET',
      'INTERNAL_AUTH_SECRET',
      'SMTP_URL',
      'STRIPE_SECRET_KEY',
      'STRIPE_WEBHOOK_SECRETS',
    ])
    expect(existsSync(dataDir)).toBe(false)
  })

  test.each(serviceNames)('%s alone refuses as well', async (name) => {
    const { code, said } = await run(`../../../services/${name}/src/main.ts`, {
      NODE_ENV: 'production',
      INTERNAL_AUTH_SECRET: 'weak',
      SEED_DEVELOPMENT_DATA: 'true',
    })
    expect(code).toBe(1)
    for (const variable of ['INTERNAL_AUTH_SECRET', 'SEED_DEVELOPMENT_DATA', 'KAFKA_BROKERS'])
      expect(said).toMatch(new RegExp(`^- ${variable} `, 'm'))
    expect(said).not.toContain('    at ')
  })
})

test('production refuses a database with the accounts of the development data, and takes it once they are closed', async () => {
  const { url, drop } = testSchema('identity')
  const { sealPublicJwk } = await drawSecrets()
  const strong = 'Zk3vT9qLw7Xr2Nf8Jh5Pd1Sb6Gc4My0-'
  const env = {
    IDENTITY_DATABASE_URL: url,
    INTERNAL_AUTH_SECRET: strong,
    IDENTITY_KEY_SECRET: strong,
    IDENTITY_OTP_SECRET: strong,
    SEAL_PUBLIC_JWK: sealPublicJwk,
  }
  const development = await startUnderTest(identityService, { env: { ...env, IDENTITY_BCRYPT_COST: '4' } })
  await development.running.seed()
  const produce = () => startUnderTest(identityService, { env: { ...env, NODE_ENV: 'production' } })
  await expect(produce()).rejects.toThrow(
    /^identity cannot start:\n- the account admin@example\.com belongs .*\n- the account alice@example\.com .*\n- the account bob@example\.com .*\n- the account clara@example\.com .*\n- the account david@example\.com .*\n- the account emma@example\.com [^\n]*$/,
  )
  await development.sql("UPDATE user_account SET closed_at = UTC_TIMESTAMP(6), email = NULL WHERE email LIKE '%@example.com'")
  await (await produce()).stop()
  await development.stop()
  await drop()
})

// Audit rows are append-only for the service's own user, and a server that allows no triggers does not keep a service from starting.

import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '@cartwright/db'
import { createLogger } from '@cartwright/telemetry'
import { engineUrl, startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'
import { audit, eraseAudit } from './audit.ts'
import { auditTable } from './protect-audit.ts'
import { protectRows } from './protect-rows.ts'

let t: UnderTest
beforeAll(async () => {
  t = await startUnderTest(makeTiny(), { env: { ORDER_COLOUR: 'red' } })
})
afterAll(() => t.stop())

const database = () => {
  const { db } = t.running
  if (db === null) throw new Error('the service has a schema')
  return db
}

test('an audit row can be neither changed nor deleted', async () => {
  const db = database()
  const entry = { actor: 'usr_1', action: 'thing.update', target: 'thg_1', clientAddress: '192.0.2.1', reason: 'a typo' }
  await db.tx((tx) => audit(tx, entry))
  const refused = { sqlMessage: expect.stringContaining('append-only') }
  await expect(db.run`UPDATE audit_entry SET actor = 'usr_2'`).rejects.toMatchObject(refused)
  await expect(db.run`UPDATE audit_entry SET reason = NULL WHERE target = 'thg_1'`).rejects.toMatchObject(refused)
  await expect(db.run`DELETE FROM audit_entry`).rejects.toMatchObject(refused)
  await expect(db.tx((tx) => tx.run`DELETE FROM audit_entry LIMIT 1`)).rejects.toMatchObject(refused)
  expect(await t.sql('SELECT actor, client_address, reason FROM audit_entry')).toEqual([
    { actor: 'usr_1', client_address: '192.0.2.1', reason: 'a typo' },
  ])
})

test('an erasure blanks what identifies a person in audit rows, once, and changes nothing else', async () => {
  const db = database()
  const person = { actor: 'usr_9', action: 'user.update', target: 'usr_9', after: { email: 'p@example.net', role: 'customer' } }
  await db.tx((tx) => audit(tx, { ...person, clientAddress: '192.0.2.9', reason: 'He asked' }))
  await db.tx((tx) => eraseAudit(tx, ['usr_9']))
  const rows = () =>
    t.sql(
      `SELECT actor, action, state_after, client_address, reason, erased_at IS NOT NULL AS erased FROM audit_entry WHERE target = 'usr_9'`,
    )
  const [row] = await rows()
  expect(row).toMatchObject({ actor: 'usr_9', action: 'user.update', client_address: null, reason: null, erased: 1 })
  expect(JSON.parse(row?.state_after)).toEqual({ email: null, role: 'customer' })
  const refused = { sqlMessage: expect.stringContaining('append-only') }
  for (const forgery of [
    "state_after = '{}'",
    'erased_at = NULL',
    "erased_at = UTC_TIMESTAMP(6), reason = 'He did not'",
    "erased_at = UTC_TIMESTAMP(6), actor = 'usr_8'",
  ])
    await expect(t.sql(`UPDATE audit_entry SET ${forgery} WHERE target = 'usr_9'`)).rejects.toMatchObject(refused)
  for (const forgery of ["actor = 'usr_8'", "reason = 'another'", "client_address = '10.0.0.1'", "state_before = '{}'"])
    await expect(
      t.sql(`UPDATE audit_entry SET erased_at = UTC_TIMESTAMP(6), ${forgery} WHERE target = 'thg_1'`),
    ).rejects.toMatchObject(refused)
  await db.tx((tx) => eraseAudit(tx, ['usr_9']))
  expect(await rows()).toEqual([row])
})

test('a second start and replicas that start together change no triggers', async () => {
  const log = createLogger('order', 'fatal')
  await Promise.all([protectRows(database(), log, [auditTable]), protectRows(database(), log, [auditTable])])
  const { name } = database()
  expect(await t.sql(`SELECT COUNT(*) AS n FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${name}'`)).toEqual([
    { n: 2 },
  ])
})

test('a service whose user may not create triggers starts, and the log line says what an operator can do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'))
  const file = join(folder, 'log')
  const { name } = database()
  const user = `u_${randomBytes(4).toString('hex')}`
  for (const trigger of ['audit_entry_no_update', 'audit_entry_no_delete']) await t.sql(`DROP TRIGGER ${trigger}`)
  await t.sql(`CREATE USER '${user}'@'%' IDENTIFIED BY 'only-for-this-test'`)
  await t.sql(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name}.* TO '${user}'@'%'`)
  const url = new URL(engineUrl())
  Object.assign(url, { username: user, password: 'only-for-this-test', pathname: `/${name}` })
  const limited = await openDatabase({ url: url.href, poolSize: 1 })
  try {
    await protectRows(limited, createLogger('order', 'info', file), [auditTable])
    await expect.poll(() => (existsSync(file) ? readFileSync(file, 'utf8') : '')).toContain('log_bin_trust_function_creators')
  } finally {
    await limited.close()
    await t.sql(`DROP USER '${user}'@'%'`)
    rmSync(folder, { recursive: true })
  }
})

// A shop whose database account may only read and write rows, as in production: another account has applied the migrations before.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { schemaOwners, services } from '@cartwright/contracts'
import { connect } from '@cartwright/db'
import { engineUrl } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemaUrl } from '../environment.ts'
import { allServices } from '../start-shop.ts'
import { quietLog } from '../test-shop/quiet-log.ts'
import { dropSchemas } from '../test-shop/test-environment.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

const prefix = `f_${randomBytes(4).toString('hex')}_`
const account = { username: `u_${prefix}rows`, password: randomBytes(12).toString('hex') }
const folder = mkdtempSync(join(tmpdir(), 'cartwright-limited-'))
const logFile = join(folder, 'shop.log')
let shop: TestShop

const limitedUrl = (schema: string): string => Object.assign(new URL(schemaUrl(engineUrl(), prefix + schema)), account).href

const asRoot = async (statement: string): Promise<void> => {
  const root = await connect(engineUrl())
  await root.query(statement)
  await root.end()
}

const warnings = (): string[] => (existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n') : [])

beforeAll(async () => {
  const schemas = `${prefix.replaceAll('_', '\\_')}%`
  await asRoot(`CREATE USER '${account.username}'@'%' IDENTIFIED BY '${account.password}';
    GRANT SELECT, INSERT, UPDATE, DELETE ON \`${schemas}\`.* TO '${account.username}'@'%'`)
  for (const { name, migrate } of allServices)
    if (services[name].databaseUrl !== null) await migrate(schemaUrl(engineUrl(), prefix + name))
  const urls = Object.fromEntries(schemaOwners.map((name) => [services[name].databaseUrl, limitedUrl(name)]))
  shop = await startTestShop({ env: { ...urls, MIGRATE_AT_START: 'false', LOG_LEVEL: 'warn' }, logFile })
})
afterAll(async () => {
  await shop?.stop()
  await dropSchemas(engineUrl(), prefix)
  await asRoot(`DROP USER '${account.username}'@'%'`)
  rmSync(folder, { recursive: true })
})

test('a shop whose account may only read and write rows sells, delivers, and purges what it no longer needs', async () => {
  await shop.admin.stockUp({ sku: 'MUG', stock: 3 })
  await shop.idle()
  const guest = await shop.guest()
  const { id } = await guest.placeOrder('MUG', 1)
  await guest.pay(id)
  await shop.idle()
  await shop.admin.ship(id)
  await shop.admin.deliver(id)
  expect((await shop.admin.order(id)).status).toBe('delivered')
  await shop.advance('60d')
  await quietLog(logFile)
  expect(warnings().filter((line) => /denied/i.test(line))).toEqual([])
})

// Refused tokens leave one log line and one count each, and neither holds the token.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'security-'))
const logFile = join(folder, 'log')
let t: UnderTest
beforeAll(async () => {
  t = await startUnderTest(makeTiny(), { env: { ORDER_COLOUR: 'red', LOG_LEVEL: 'info' }, logFile })
})
afterAll(async () => {
  await t.stop()
  rmSync(folder, { recursive: true })
})

const lines = () =>
  readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"cartwright.security"'))
const counted = async (event: string) => {
  const text = await (await fetch(t.running.metricsUrl)).text()
  return Number(new RegExp(`cartwright_security_events_total\\{[^}]*event="${event}"[^}]*\\} (\\d+)`).exec(text)?.[1] ?? 0)
}

test('a bad token, an insufficient role and a shopper’s token on an internal call are counted and logged', async () => {
  const guest = await t.token({ id: 'gst_1', role: 'guest' })
  const call = (path: string, token: string) => t.anonymous.get(path, { headers: { authorization: `Bearer ${token}` } })
  expect((await call('/v1/admin/things', `${guest}x`)).status).toBe(401)
  expect((await call('/v1/admin/things', guest)).status).toBe(403)
  expect((await call('/internal/things', guest)).status).toBe(401)
  expect(await counted('access_denied')).toBe(3)
  await expect.poll(lines).toHaveLength(3)
  const entries = lines().map((line) => JSON.parse(line))
  expect(entries.map((entry) => [entry['event.action'], entry.cartwright.operation, entry.cartwright.reason])).toEqual([
    ['access_denied', 'adminThings', 'unauthenticated'],
    ['access_denied', 'adminThings', 'forbidden'],
    ['access_denied', 'internalThings', 'unauthenticated'],
  ])
  expect(entries.every((entry) => entry['client.address'] === '127.0.0.1')).toBe(true)
  expect(lines().join('')).not.toContain(guest)
})

test('calls without a token, public calls and good tokens are no security events', async () => {
  const before = await counted('access_denied')
  expect((await t.anonymous.get('/v1/admin/things')).status).toBe(401)
  expect((await t.anonymous.get('/v1/things')).status).toBe(200)
  expect((await t.as({ id: 'usr_1', role: 'admin' }).get('/v1/admin/things')).status).toBe(200)
  expect(await counted('access_denied')).toBe(before)
})

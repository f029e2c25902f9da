// Real processes that really die: a killed service goes on where it was, and a message that kills it every time is set aside.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Database, migrate, openDatabase } from '@cartwright/db'
import { messagingMigrations, publish } from '@cartwright/messaging'
import { eventually, testSchema, tokenMaker } from '@cartwright/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { thingMade } from './tiny-service.fixture.ts'

const main = fileURLToPath(new URL('./tiny-main.fixture.ts', import.meta.url))
const migrations = fileURLToPath(new URL('../tiny-service.fixture/migrations', import.meta.url))
const schema = testSchema('crash')
const children = new Set<ChildProcess>()
let db: Database
let jwks: string
let token: string

beforeAll(async () => {
  await migrate(schema.url, [messagingMigrations, { folder: migrations, table: '_prisma_migrations' }])
  db = await openDatabase({ url: schema.url, poolSize: 3 })
  const tokens = await tokenMaker()
  jwks = tokens.jwks
  token = await tokens.token({ id: 'usr_alice', role: 'customer' }, new Date())
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await db.close()
  await schema.drop()
})
beforeEach(async () => {
  await db.run`DELETE FROM thing`
})

/** Starts a process. `lives` settles when it is ready, `ends` with the signal or code that it ended with. */
const start = (env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      ORDER_DATABASE_URL: schema.url,
      ORDER_COLOUR: 'red',
      INTERNAL_AUTH_SECRET: 'x',
      AUTH_JWKS: jwks,
      LOG_LEVEL: 'silent',
      KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS ?? '127.0.0.1:9092',
      ...env,
    },
  })
  children.add(child)
  return { child, lives: once(child, 'message'), ends: once(child, 'exit').then(([code, signal]) => signal ?? code) }
}
const make = async (id: string, name: string) =>
  db.tx(async (tx) => {
    await tx.run`INSERT INTO thing (id, name, owner) VALUES (${id}, ${name}, 'an owner')`
    await publish(tx, thingMade, { thingId: id, name })
  })
const heard = async (id: string) => (await db.one<{ heard: number }>`SELECT heard FROM thing WHERE id = ${id}`)?.heard

test.each(['before-handler-commit', 'after-handler-commit', 'after-commit-before-offset', 'after-ack-before-mark'])(
  'killed %s, it has the effect once after the next start',
  async (point) => {
    const id = `thg_${point.slice(0, 30)}`
    await make(id, point)
    const dying = start({ CRASH_POINT: `${point}:test.thing-made` })
    expect(await dying.ends).toBe('SIGKILL')
    const next = start()
    await next.lives
    await eventually('it is heard', async () => (await heard(id)) === 1, 40_000)
    await make(`${id}-2`, `${point} and then`)
    await eventually('what comes next is heard too', async () => (await heard(`${id}-2`)) === 1, 40_000)
    expect(await heard(id)).toBe(1)
    next.child.kill('SIGTERM')
    expect(await next.ends).toBe(0)
  },
)

test.each(['before-request-commit', 'after-request-commit'])(
  'killed %s, a request that is repeated with its key has one effect after the next start',
  async (point) => {
    const ask = async (process: ReturnType<typeof start>) => {
      const [{ url }] = await process.lives
      return fetch(`${url}/v1/things`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': point },
        body: JSON.stringify({ name: point }),
      })
    }
    const dying = start({ CRASH_POINT: `${point}:makeThing` })
    await expect(ask(dying)).rejects.toThrow()
    expect(await dying.ends).toBe('SIGKILL')
    const made = async () => (await db.one<{ made: number }>`SELECT COUNT(*) AS made FROM thing WHERE name = ${point}`)?.made
    expect(await made()).toBe(point === 'before-request-commit' ? 0 : 1)
    const next = start()
    const answer = await ask(next)
    expect(answer.status).toBe(201)
    expect(answer.headers.get('idempotent-replayed')).toBe(point === 'before-request-commit' ? null : 'true')
    expect(await made()).toBe(1)
    next.child.kill('SIGTERM')
    expect(await next.ends).toBe(0)
  },
)

test('a message that kills the process three times is a dead letter at the fourth start, and the others are handled', async () => {
  await make('thg_killer', 'killer')
  for (const _ of [1, 2, 3]) expect(await start().ends).toBe('SIGKILL')
  const fourth = start()
  await fourth.lives
  await eventually(
    'it is set aside',
    async () => (await db.one`SELECT id FROM dead_letter WHERE reason = 'crash_loop'`) !== null,
    40_000,
  )
  await make('thg_after', 'after the killer')
  await eventually('the others flow', async () => (await heard('thg_after')) === 1, 40_000)
  fourth.child.kill('SIGTERM')
  expect(await fourth.ends).toBe(0)
}, 150_000)

test('production refuses CRASH_POINT', async () => {
  const refused = start({ CRASH_POINT: 'before-handler-commit', NODE_ENV: 'production' })
  expect(await refused.ends).toBe(1)
})

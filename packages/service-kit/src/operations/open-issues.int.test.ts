// Work that is overdue is named to operators with counts and first ids, and work that is merely waiting is not.
import { startUnderTest, type UnderTest } from '@cartwright/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { internalAuth } from '../auth/internal-auth.ts'
import { systemClock } from '../lifecycle/clock.ts'
import { makeTiny } from '../lifecycle/tiny-service.fixture.ts'

let tiny: UnderTest
beforeEach(async () => {
  tiny = await startUnderTest(makeTiny({ steps: [] }), { env: { ORDER_COLOUR: 'red' } })
})
afterEach(() => tiny.stop())

const issues = async () => {
  const token = await internalAuth('development-internal-secret-for-tests', 'gateway', systemClock).sign('order')
  const answer = await tiny.anonymous.get('/internal/open-issues', { headers: { authorization: `Bearer ${token}` } })
  expect(answer.status).toBe(200)
  return answer.body.items
}

/** A row of a kind that no runner of this service takes. */
const job = (key: string, given: { dueMinAgo: number; madeMinAgo: number; attempts: number; done?: boolean }) =>
  tiny.sql(`INSERT INTO work_item (kind, item_key, payload, headers, created_at, available_at, attempts, done_at)
    VALUES ('write-letter', '${key}', '{}', '{}', UTC_TIMESTAMP(6) - INTERVAL ${given.madeMinAgo} MINUTE,
      UTC_TIMESTAMP(6) - INTERVAL ${given.dueMinAgo} MINUTE, ${given.attempts}, ${given.done ? 'UTC_TIMESTAMP(6)' : 'NULL'})`)

test('a sound service has no open issues, and only services may read them', async () => {
  expect(await issues()).toEqual([])
  expect((await tiny.as({ id: 'usr_1', role: 'admin' }).get('/internal/open-issues')).status).toBe(401)
})

test('jobs that no worker took and jobs that fail again and again are overdue', async () => {
  await job('late', { dueMinAgo: 6, madeMinAgo: 6, attempts: 0 })
  await job('failing', { dueMinAgo: -1, madeMinAgo: 11, attempts: 7 })
  await job('fresh', { dueMinAgo: 1, madeMinAgo: 1, attempts: 0 })
  await job('planned', { dueMinAgo: -60, madeMinAgo: 600, attempts: 0 })
  await job('retried', { dueMinAgo: -1, madeMinAgo: 2, attempts: 5 })
  await job('done', { dueMinAgo: 60, madeMinAgo: 60, attempts: 9, done: true })
  expect(await issues()).toMatchObject([
    { kind: 'jobs-overdue', count: 2, ids: ['write-letter late', 'write-letter failing'], next: 'doctor' },
  ])
})

test('an issue names the first ten ids and counts all', async () => {
  for (let index = 0; index < 23; index++) await job(`n${index}`, { dueMinAgo: 9, madeMinAgo: 9, attempts: 0 })
  const [found] = await issues()
  expect(found).toMatchObject({ count: 23 })
  expect(found.ids).toEqual(Array.from({ length: 10 }, (_, index) => `write-letter n${index}`))
})

test('overdue sagas are named with the command that shows the first one', async () => {
  const saga = (id: string, minutes: string) =>
    tiny.sql(`INSERT INTO saga_instance (saga, id, state, headers, started_at, updated_at, deadline_at)
      VALUES ('checkout', '${id}', 'paying', '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), ${minutes})`)
  await saga('ord_000001', 'UTC_TIMESTAMP(6) - INTERVAL 6 MINUTE')
  await saga('ord_000002', 'UTC_TIMESTAMP(6) - INTERVAL 4 MINUTE')
  await saga('ord_000003', 'NULL')
  expect(await issues()).toMatchObject([{ kind: 'sagas-overdue', count: 1, ids: ['ord_000001'], next: 'saga show ord_000001' }])
})

// What the measured backlog of jobs guarantees: due jobs with their age, retries included, and jobs that gave up within a day.
import { eventually } from '@cartwright/testing'
import { expect, test } from 'vitest'
import { testbed } from '../testbed.fixture.ts'
import { reschedule } from './enqueue.ts'
import { PermanentFailure } from './job.ts'
import { jobLab } from './jobs.fixture.ts'
import { measureJobs } from './status.ts'

test('the backlog counts due and failing jobs, and a job that gave up until it is asked for again or a day has passed', async () => {
  await using bed = await testbed()
  const { start, counting, put, row, stopAll } = jobLab(() => bed)
  const backlog = async () => (await measureJobs(bed.db)).get('count')
  await put('due')
  await put('later', 3600)
  bed.advance(90_000)
  const waiting = await backlog()
  expect(waiting).toMatchObject({ due: 1, givenUp: 0 })
  expect(waiting?.oldestDueSec).toBeGreaterThanOrEqual(90)
  const worker = start(
    counting(async ({ key }) => {
      if (key === 'hopeless') throw new PermanentFailure('no such address')
      if (key === 'failing') throw new Error('the outside is away')
      return 1
    }),
  )
  await put('hopeless')
  await put('failing')
  await eventually('each was tried', async () => {
    await worker.tick()
    const rows = await Promise.all(['due', 'hopeless', 'failing'].map(row))
    return rows[0]?.done === 1 && rows[1]?.done === 1 && rows[2]?.last_error !== null
  })
  await stopAll()
  expect(await backlog()).toMatchObject({ due: 1, givenUp: 1 })
  await bed.db.tx((tx) => reschedule(tx, 'count', 'hopeless'))
  expect(await backlog()).toMatchObject({ due: 2, givenUp: 0 })
  start(counting(async () => Promise.reject(new PermanentFailure('still no such address'))))
  await eventually('it has given up again', async () => (await row('hopeless'))?.done === 1)
  await stopAll()
  expect((await backlog())?.givenUp).toBeGreaterThanOrEqual(1)
  bed.advance(25 * 3_600_000)
  expect((await backlog())?.givenUp).toBe(0)
})

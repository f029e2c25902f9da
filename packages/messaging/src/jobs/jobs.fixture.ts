// Job lab: runs jobs of one kind over a testbed; each writes the result of its effect.

import type { Testbed } from '../testbed.fixture.ts'
import type { Worker } from '../worker.ts'
import { enqueue } from './enqueue.ts'
import { type AnyJob, job, type WorkItem } from './job.ts'
import { type JobRunnerOptions, startJobs } from './runner.ts'

export interface Payload {
  counterId: string
}
type More = Partial<Pick<JobRunnerOptions<object>, 'leaseSec' | 'concurrency' | 'singleInstance' | 'optimisations'>>

/** @param bed asked each time, since every test has its own */
export const jobLab = (bed: () => Testbed) => {
  const workers: Worker[] = []
  const row = (key: string) =>
    bed().db.one<{
      attempts: number
      done: number
      last_error: string | null
      wait: number
    }>`SELECT attempts, done_at IS NOT NULL AS done, last_error,
      TIMESTAMPDIFF(SECOND, ${bed().db.dbNow}, available_at) AS wait FROM work_item WHERE item_key = ${key}`
  return {
    start: (declared: AnyJob<object>, more: More = {}): Worker => {
      const worker = startJobs({ db: bed().db, jobs: [declared], deps: {}, log: bed().log, ...more })
      workers.push(worker)
      return worker
    },
    counting: (effect: (item: WorkItem<Payload>) => Promise<number>, more: Partial<AnyJob<object>> = {}): AnyJob<object> => ({
      ...job<Payload, number, object>({
        kind: 'count',
        effect: ({ item }) => effect(item),
        apply: ({ tx, item, result: n }) => bed().effect(tx, { counterId: item.payload.counterId, n }),
      }),
      ...more,
    }),
    put: (key: string, delaySec = 0): Promise<boolean> =>
      bed().db.tx((tx) => enqueue<Payload>(tx, 'count', key, { counterId: key }, delaySec)),
    row,
    /** Whether a row is done once the worker has done what is due. */
    doneAfter: async (worker: Worker, key: string): Promise<boolean> => {
      await worker.tick()
      return (await row(key))?.done === 1
    },
    stopAll: async (): Promise<void> => {
      await Promise.all(workers.splice(0).map((worker) => worker.stop()))
    },
  }
}

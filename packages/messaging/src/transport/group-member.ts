// Group member: queues the records of fetched batches, and commits offsets below which every record is delivered.
import { waitAtMost } from '@cartwright/concurrency'
import type { WireRecord } from './cloud-event.ts'
import { type OffsetTracker, offsetTracker } from './offsets.ts'
import { createRecordQueue, type RecordQueue } from './record-queue.ts'
import type { Subscription } from './transport.ts'

interface TopicOffsets {
  topic: string
  partitions: { partition: number; offset: string }[]
}

/** Records read from one partition, with what the client allows. */
interface FetchedBatch {
  topic: string
  partition: number
  records: { offset: number; record: WireRecord }[]
  heartbeat(): Promise<void>
  /** Stops reading the partition. @returns what starts it again */
  pause(): () => void
  isRunning(): boolean
  /** The batch was queued: reading may go on behind it. Commits nothing. */
  assigned(): void
  commit(topics: TopicOffsets[]): Promise<void>
}

/** What a member does between two rebalances. What it leaves unfinished is delivered again to the member that has the partition then. */
interface Generation {
  queue: RecordQueue
  /** Settles when the generations before have stopped, so that one key is never handled twice at once. */
  ready: Promise<unknown>
  partitions: Map<string, Progress>
}
interface Progress {
  topic: string
  partition: number
  offsets: OffsetTracker
  committed: number
  resume: (() => void) | null
}

const commitMs = 100
/** How long a last commit may take. */
const lastCommitMs = 3000
/** Reading pauses when this many offsets lie between the floor and the newest record: a restart would deliver them all again. */
const maxSpan = 5000

const newGeneration = (subscription: Subscription, before: Promise<unknown>): Generation => ({
  queue: createRecordQueue(subscription.deliver),
  ready: before,
  partitions: new Map(),
})

const progressOf = (generation: Generation, topic: string, partition: number): Progress => {
  const name = `${topic}\n${partition}`
  const known = generation.partitions.get(name)
  if (known) return known
  const fresh: Progress = { topic, partition, offsets: offsetTracker(), committed: -1, resume: null }
  generation.partitions.set(name, fresh)
  return fresh
}

const uncommitted = (generation: Generation) =>
  [...generation.partitions.values()].flatMap((progress) => {
    const floor = progress.offsets.floor()
    return floor === null || floor === progress.committed ? [] : [{ progress, floor }]
  })

const topicsOf = (due: ReturnType<typeof uncommitted>): TopicOffsets[] =>
  [...Map.groupBy(due, ({ progress }) => progress.topic)].map(([topic, group]) => ({
    topic,
    partitions: group.map(({ progress, floor }) => ({ partition: progress.partition, offset: String(floor) })),
  }))

/** Commits a generation's floors, not more often than every `commitMs`, one commit at a time. */
const committer = (current: () => Generation) => {
  let commit: FetchedBatch['commit'] | null = null
  let running: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | null = null

  const commitNow = async (): Promise<void> => {
    const of = current()
    const due = uncommitted(of)
    if (due.length === 0 || commit === null) return
    try {
      await commit(topicsOf(due))
      for (const { progress, floor } of due) progress.committed = floor
    } catch {
      // What is not committed is delivered again, and its inbox row makes it a duplicate.
      if (of === current()) schedule()
    }
  }
  const schedule = (): void => {
    timer ??= setTimeout(() => {
      timer = null
      running = running.then(commitNow)
    }, commitMs)
  }
  return {
    schedule,
    use: (by: FetchedBatch['commit']) => {
      commit = by
    },
    finish: async (): Promise<void> => {
      if (timer) clearTimeout(timer)
      await waitAtMost(lastCommitMs, running.then(commitNow))
      if (timer) clearTimeout(timer)
    },
  }
}

/** @param heartbeatMs how often the member sends a heartbeat while it waits for earlier generations */
export const groupMember = (subscription: Subscription, heartbeatMs: number) => {
  let generation = newGeneration(subscription, Promise.resolve())
  const commits = committer(() => generation)

  const done = (progress: Progress, offset: number): void => {
    progress.offsets.done(offset)
    if (progress.resume && progress.offsets.span() < maxSpan / 2) {
      progress.resume()
      progress.resume = null
    }
    commits.schedule()
  }

  return {
    handleBatch: async (batch: FetchedBatch): Promise<void> => {
      const of = generation
      while (!(await waitAtMost(heartbeatMs, of.ready))) await batch.heartbeat()
      if (of !== generation || !batch.isRunning()) return
      commits.use(batch.commit)
      const progress = progressOf(of, batch.topic, batch.partition)
      for (const { offset, record } of batch.records) {
        progress.offsets.begin(offset)
        of.queue.add({ record, done: () => done(progress, offset) })
      }
      batch.assigned()
      if (progress.offsets.span() > maxSpan) progress.resume ??= batch.pause()
      await batch.heartbeat()
    },
    /** Called after a rebalance: deliveries in progress are interrupted, and records are read again from the committed offset. */
    rejoined: (): void => {
      generation = newGeneration(subscription, Promise.all([generation.ready, generation.queue.stop()]))
    },
    /** Interrupts the deliveries in progress and commits what is done. */
    stop: async (): Promise<void> => {
      await generation.queue.stop()
      await commits.finish()
    },
  }
}

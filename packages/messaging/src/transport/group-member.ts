// One member of a Kafka consumer group: reading runs ahead of handling, and only what is done without a gap is committed.
import type { WireRecord } from '../wire.ts'
import { type KeyChains, keyChains } from './key-chains.ts'
import { type OffsetTracker, offsetTracker } from './offsets.ts'
import type { Subscription } from './transport.ts'
import { within } from './within.ts'

export interface TopicOffsets {
  topic: string
  partitions: { partition: number; offset: string }[]
}

/** Records read from one partition, with what the client lets us do about them. */
export interface FetchedBatch {
  topic: string
  partition: number
  records: { offset: number; record: WireRecord }[]
  heartbeat(): Promise<void>
  /** Stops reading the partition. @returns what starts it again */
  pause(): () => void
  isRunning(): boolean
  /** The batch was queued: reading may go on behind it. Commits nothing. */
  taken(): void
  commit(topics: TopicOffsets[]): Promise<void>
}

/** What a member does between two rebalances. What it leaves unfinished is delivered again to whoever has the partition then. */
interface Generation {
  chains: KeyChains
  /** The generations before have come to rest, so one key is never handled twice at once. */
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
/** A partition rests when this many offsets lie between its floor and its head: a restart would deliver them all again. */
const maxSpan = 5000

const newGeneration = (subscription: Subscription, before: Promise<unknown>): Generation => ({
  chains: keyChains(subscription.deliver),
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
      // Not committed means delivered again, which the inbox absorbs.
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
      await within(lastCommitMs, running.then(commitNow))
      if (timer) clearTimeout(timer)
    },
  }
}

/** @param heartbeatMs how often the group must hear from this member while it waits */
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
      while (!(await within(heartbeatMs, of.ready))) await batch.heartbeat()
      if (of !== generation || !batch.isRunning()) return
      commits.use(batch.commit)
      const progress = progressOf(of, batch.topic, batch.partition)
      for (const { offset, record } of batch.records) {
        progress.offsets.begin(offset)
        of.chains.add({ record, done: () => done(progress, offset) })
      }
      batch.taken()
      if (progress.offsets.span() > maxSpan) progress.resume ??= batch.pause()
      await batch.heartbeat()
    },
    /** The group was joined anew: what is under way, of any generation, is interrupted, and read again from what was committed. */
    rejoined: (): void => {
      generation = newGeneration(subscription, Promise.all([generation.ready, generation.chains.stop()]))
    },
    /** Lets what is under way finish and commits it. */
    stop: async (): Promise<void> => {
      await generation.chains.stop()
      await commits.finish()
    },
  }
}

// In-process transport. It is durable: an outbox row is marked only when every group has handled the event.
import type { WireRecord } from './cloud-event.ts'
import { createRecordQueue, type Delivery, type RecordQueue } from './record-queue.ts'
import type { RunningSubscription, Subscription, Transport } from './transport.ts'

export interface MemoryOptions {
  /**
   * The groups of the system with their topics. What is sent before one of them has subscribed waits for it; without this, a group that
   * starts late would miss records that are sent while the services start.
   */
  groups?: Readonly<Record<string, readonly string[]>>
}

interface Group {
  topics: readonly string[]
  /** Null while the group has no subscriber. */
  queue: RecordQueue | null
  /** What waits until the group has a subscriber again. */
  waiting: Delivery[]
}

const deliverTo = (group: Group, delivery: Delivery): void => {
  if (group.queue) group.queue.add(delivery)
  else group.waiting.push(delivery)
}

/** Subscribes to a group: it receives what waited for it, then what comes. */
const join = (group: Group, subscription: Subscription): void => {
  const { waiting } = group
  const queue = createRecordQueue(subscription.deliver)
  group.topics = subscription.topics
  group.waiting = []
  group.queue = queue
  for (const delivery of waiting) queue.add(delivery)
}

/** A group without a subscriber keeps its place: what it has not handled waits for it. */
const leave = async (group: Group): Promise<void> => {
  const { queue } = group
  if (queue === null) return
  group.queue = null
  const rest = await queue.stop()
  group.waiting = [...rest, ...group.waiting]
}

const lagOf = (group: Group | undefined, topic: string): number => {
  if (group === undefined) return 0
  return (group.queue?.sizeOf(topic) ?? 0) + group.waiting.filter(({ record }) => record.topic === topic).length
}

/** Opens a memory transport; every service of one process shares it. */
export const memoryTransport = (options: MemoryOptions = {}): Transport => {
  const groups = new Map<string, Group>(
    Object.entries(options.groups ?? {}).map(([name, topics]) => [name, { topics, queue: null, waiting: [] }]),
  )
  let closed = false

  const fanOut = (record: WireRecord, settled: (record: WireRecord) => void): void => {
    const readers = [...groups.values()].filter((group) => group.topics.includes(record.topic))
    let open = readers.length
    if (open === 0) settled(record)
    const done = () => {
      open -= 1
      if (open === 0) settled(record)
    }
    for (const group of readers) deliverTo(group, { record, done })
  }

  const subscribe = async (subscription: Subscription): Promise<RunningSubscription> => {
    const known = groups.get(subscription.group)
    if (known?.queue) throw new Error(`${subscription.group} has a subscriber already: one process subscribes to a group once`)
    const group = known ?? { topics: subscription.topics, queue: null, waiting: [] }
    groups.set(subscription.group, group)
    join(group, subscription)
    return {
      stop: async () => {
        // An ephemeral group is removed first: nothing may wait for a reader that does not come back.
        if (subscription.ephemeral) groups.delete(subscription.group)
        await leave(group)
        if (subscription.ephemeral) for (const { done } of group.waiting.splice(0)) done()
      },
    }
  }

  return {
    kind: 'memory',
    ensureTopics: async () => undefined,
    send: async (records, settled) => {
      if (closed) throw new Error('the transport is closed')
      for (const record of records) fanOut(record, settled)
    },
    subscribe,
    readLag: async (name, topics) => new Map(topics.map((topic) => [topic, lagOf(groups.get(name), topic)])),
    busy: () => [...groups.values()].some((group) => group.queue !== null && group.queue.size() > 0),
    close: async () => {
      closed = true
      await Promise.all([...groups.values()].map(leave))
      groups.clear()
    },
  }
}

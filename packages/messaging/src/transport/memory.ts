// The in-process transport. Durable all the same: the outbox row is marked only when every group has committed it.
import type { WireRecord } from '../wire.ts'
import { type Delivery, type KeyChains, keyChains } from './key-chains.ts'
import type { RunningSubscription, Subscription, Transport } from './transport.ts'

export interface MemoryOptions {
  /**
   * Groups that belong to the system, with their topics. What is sent before one of them has subscribed waits for it;
   * without this, records sent while the services start one after the other would pass a late one by.
   */
  groups?: Readonly<Record<string, readonly string[]>>
}

interface Group {
  topics: readonly string[]
  /** Null while nobody is subscribed. */
  chains: KeyChains | null
  /** What waits until somebody subscribes again. */
  waiting: Delivery[]
}

const give = (group: Group, delivery: Delivery): void => {
  if (group.chains) group.chains.add(delivery)
  else group.waiting.push(delivery)
}

/** Takes part in a group: first what waited for it, then what comes. */
const join = (group: Group, subscription: Subscription): void => {
  const { waiting } = group
  const chains = keyChains(subscription.deliver)
  group.topics = subscription.topics
  group.waiting = []
  group.chains = chains
  for (const delivery of waiting) chains.add(delivery)
}

/** A group that nobody is subscribed to keeps its place: what it has not done waits for it. */
const leave = async (group: Group): Promise<void> => {
  const { chains } = group
  if (chains === null) return
  group.chains = null
  const rest = await chains.stop()
  group.waiting = [...rest, ...group.waiting]
}

/** Opens a memory transport; every service of one process shares it. */
export const memoryTransport = (options: MemoryOptions = {}): Transport => {
  const groups = new Map<string, Group>(
    Object.entries(options.groups ?? {}).map(([name, topics]) => [name, { topics, chains: null, waiting: [] }]),
  )
  let closed = false

  const spread = (record: WireRecord, settled: (record: WireRecord) => void): void => {
    const readers = [...groups.values()].filter((group) => group.topics.includes(record.topic))
    let open = readers.length
    if (open === 0) settled(record)
    const done = () => {
      open -= 1
      if (open === 0) settled(record)
    }
    for (const group of readers) give(group, { record, done })
  }

  const subscribe = async (subscription: Subscription): Promise<RunningSubscription> => {
    const known = groups.get(subscription.group)
    if (known?.chains) throw new Error(`${subscription.group} has a subscriber already`)
    const group = known ?? { topics: subscription.topics, chains: null, waiting: [] }
    groups.set(subscription.group, group)
    join(group, subscription)
    return {
      stop: async () => {
        // An ephemeral group is forgotten first: nothing may wait for a reader that never comes back.
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
      for (const record of records) spread(record, settled)
    },
    subscribe,
    busy: () => [...groups.values()].some((group) => group.chains !== null && group.chains.size() > 0),
    close: async () => {
      closed = true
      await Promise.all([...groups.values()].map(leave))
      groups.clear()
    },
  }
}

// The in-process transport. Durable all the same: the outbox row is marked only when every group has committed it.
import type { WireRecord } from '../wire.ts'
import type { RunningSubscription, Subscription, Transport } from './transport.ts'

interface Envelope {
  record: WireRecord
  /** Called once per group. */
  done: () => void
}

/** How many keys a group handles at the same time. */
const concurrency = 8

interface Group {
  subscription: Subscription
  abort: AbortController
  /** Records per key, in order; a key is under way while it has an entry. */
  chains: Map<string, Envelope[]>
  ready: string[]
  running: Set<Promise<void>>
  stopping: boolean
}

const newGroup = (subscription: Subscription): Group => ({
  subscription,
  abort: new AbortController(),
  chains: new Map(),
  ready: [],
  running: new Set(),
  stopping: false,
})

const chainName = (record: WireRecord) => `${record.topic}\n${record.key}`

const enqueue = (group: Group, envelope: Envelope): void => {
  const name = chainName(envelope.record)
  const chain = group.chains.get(name)
  if (chain) chain.push(envelope)
  else {
    group.chains.set(name, [envelope])
    group.ready.push(name)
  }
  dispatch(group)
}

const dispatch = (group: Group): void => {
  while (!group.stopping && group.running.size < concurrency) {
    const name = group.ready.shift()
    if (name === undefined) return
    const run = drain(group, name).finally(() => {
      group.running.delete(run)
      dispatch(group)
    })
    group.running.add(run)
  }
}

/** Handles the records of one key, one after the other. A record that was interrupted stays unmarked and is sent again at start. */
const drain = async (group: Group, name: string): Promise<void> => {
  const chain = group.chains.get(name) ?? []
  for (let next = chain[0]; next !== undefined && !group.stopping; next = chain[0]) {
    try {
      await group.subscription.deliver(next.record, group.abort.signal)
    } catch (error) {
      if (group.abort.signal.aborted) return
      throw error
    }
    chain.shift()
    next.done()
  }
  if (chain.length === 0) group.chains.delete(name)
}

const stopGroup = async (group: Group): Promise<void> => {
  group.stopping = true
  group.abort.abort()
  await Promise.all(group.running)
}

/** Opens a memory transport; every service of one process shares it. */
export const memoryTransport = (): Transport => {
  const groups = new Set<Group>()
  let closed = false
  return {
    kind: 'memory',
    ensureTopics: async () => undefined,
    send: async (records, settled) => {
      if (closed) throw new Error('the transport is closed')
      for (const record of records) {
        const readers = [...groups].filter((group) => !group.stopping && group.subscription.topics.includes(record.topic))
        let open = readers.length
        if (open === 0) settled(record)
        const done = () => {
          open -= 1
          if (open === 0) settled(record)
        }
        for (const group of readers) enqueue(group, { record, done })
      }
    },
    subscribe: async (subscription): Promise<RunningSubscription> => {
      const group = newGroup(subscription)
      groups.add(group)
      return {
        stop: async () => {
          await stopGroup(group)
          groups.delete(group)
        },
      }
    },
    busy: () => [...groups].some((group) => group.chains.size > 0),
    close: async () => {
      closed = true
      await Promise.all([...groups].map(stopGroup))
      groups.clear()
    },
  }
}

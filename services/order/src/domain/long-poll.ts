// Long polls and streams of orders: a commit in this process notifies them at once; polling the database finds changes of other replicas.
import { type Database, list } from '@cartwright/db'
import type { CustomerOrderRow } from '../db/generated/rows.ts'

const pollIntervalMs = 250

/** The subscription of one long poll or stream. It records changes from its creation on, also those between a read and the wait. */
export interface Subscription {
  /** Resolves at the next change since the last call, when the stored version differs from `version`, after `ms`, or when the service drains. */
  changed(version: number, ms: number): Promise<void>
  /** Ends the subscription, and a wait. */
  close(): void
}

export interface OrderChangeNotifier {
  subscribe(orderId: string): Subscription
  notify(orderId: string): void
  /** Ends every wait: the service drains. */
  close(): void
  /** True once the service drains: no request may wait any more. */
  readonly closed: boolean
}

/** What one read of the order returns: `version` shows that the row changed, `state` is compared with the state that the client knows. */
export interface Snapshot<T> {
  version: number
  state: string
  view: T
}

interface LongPollOptions {
  orderId: string
  /** 0 when left out: the request is answered at once. */
  waitSec?: number | undefined
  /** The state that the client knows already. */
  known?: string | undefined
  /** The client's connection: a closed one ends the wait. */
  socket: { readonly destroyed: boolean }
}

/**
 * Answers as soon as `read` returns another state than `known`. At the time limit, when the client has disconnected or when the service
 * drains, it answers the last state.
 */
export const longPoll = async <T>(
  orderChanges: OrderChangeNotifier,
  { orderId, waitSec = 0, known, socket }: LongPollOptions,
  read: () => Promise<Snapshot<T>>,
): Promise<T> => {
  const until = performance.now() + waitSec * 1000
  const subscription = orderChanges.subscribe(orderId)
  try {
    for (;;) {
      const snapshot = await read()
      const remainingMs = until - performance.now()
      if (snapshot.state !== known || remainingMs <= 0 || socket.destroyed || orderChanges.closed) return snapshot.view
      await subscription.changed(snapshot.version, remainingMs)
    }
  } finally {
    subscription.close()
  }
}

interface Subscriber {
  version: number | null
  /** A change was notified while the subscriber did not wait. */
  missed: boolean
  resume: (() => void) | null
}

type Subscribers = Map<string, Set<Subscriber>>

const waitingIds = (subscribers: Subscribers): string[] =>
  [...subscribers].filter(([, group]) => [...group].some(({ resume }) => resume)).map(([orderId]) => orderId)

/** Polls the versions of all orders that are waited for, in one statement, for as long as a subscriber waits. */
const createVersionPoller = (db: Database, subscribers: Subscribers) => {
  let timer: NodeJS.Timeout | null = null
  let stopped = false

  const poll = async () => {
    const rows = await db.rows<Pick<CustomerOrderRow, 'id' | 'version'>>`
      SELECT id, version
      FROM customer_order
      WHERE id IN (${list(waitingIds(subscribers))})`
    for (const { id, version } of rows)
      for (const subscriber of subscribers.get(id) ?? [])
        if (subscriber.resume && subscriber.version !== version) subscriber.resume()
  }
  const schedule = (): void => {
    if (timer || stopped || waitingIds(subscribers).length === 0) return
    timer = setTimeout(() => {
      timer = null
      // A failed poll is repeated; each wait has its own time limit.
      void poll().then(schedule, schedule)
    }, pollIntervalMs)
  }
  const stop = (): void => {
    stopped = true
    if (timer) clearTimeout(timer)
  }
  return { schedule, stop }
}

const waitForChange = (subscriber: Subscriber, version: number, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const limit = setTimeout(() => subscriber.resume?.(), ms)
    subscriber.version = version
    subscriber.resume = () => {
      clearTimeout(limit)
      subscriber.resume = null
      resolve()
    }
  })

export const createOrderChangeNotifier = (db: Database): OrderChangeNotifier => {
  const subscribers: Subscribers = new Map()
  const poller = createVersionPoller(db, subscribers)
  let closed = false

  const changed = (subscriber: Subscriber, version: number, ms: number): Promise<void> => {
    if (subscriber.missed || closed) {
      subscriber.missed = false
      return Promise.resolve()
    }
    const wait = waitForChange(subscriber, version, ms)
    poller.schedule()
    return wait
  }
  const subscribe = (orderId: string): Subscription => {
    const subscriber: Subscriber = { version: null, missed: false, resume: null }
    const group = subscribers.get(orderId) ?? new Set()
    subscribers.set(orderId, group.add(subscriber))
    return {
      changed: (version, ms) => changed(subscriber, version, ms),
      close: () => {
        group.delete(subscriber)
        if (group.size === 0 && subscribers.get(orderId) === group) subscribers.delete(orderId)
        subscriber.resume?.()
      },
    }
  }
  const notify = (orderId: string): void => {
    for (const subscriber of subscribers.get(orderId) ?? []) {
      if (subscriber.resume) subscriber.resume()
      else subscriber.missed = true
    }
  }
  const close = (): void => {
    closed = true
    poller.stop()
    for (const orderId of subscribers.keys()) notify(orderId)
  }
  return {
    subscribe,
    notify,
    close,
    get closed() {
      return closed
    },
  }
}

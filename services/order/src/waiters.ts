// Long polls that wait for an order to change: a commit in this process wakes them at once, one look for all of them covers other replicas.
import { type Database, list } from '@cartwright/db'

const lookMs = 250

/** One long poll's eye on an order. It sees changes from the moment it is opened, also those between a read and the wait. */
export interface Watch {
  /** Resolves at the next change since the last call, when the order's version is another one, after `ms`, or at the end of the service. */
  changed(version: number, ms: number): Promise<void>
  close(): void
}

export interface Waiters {
  watch(orderId: string): Watch
  wake(orderId: string): void
  /** Ends every wait: the service drains. */
  close(): void
  /** True once the service drains: nobody should wait any more. */
  readonly closed: boolean
}

/** What a long poll sees when it looks: `version` tells that something changed, `state` whether that is what was asked for. */
export interface Look<T> {
  version: number
  state: string
  view: T
}

export interface Patience {
  orderId: string
  /** 0 when left out: answer what there is. */
  waitSec?: number | undefined
  /** The state that the caller knows already. */
  known?: string | undefined
  /** The caller's connection: nobody is waited for who is gone. */
  socket: { readonly destroyed: boolean }
}

/** Answers as soon as `look` sees another state than `known`; else what it sees when the time is up, the caller is gone or the service drains. */
export const longPoll = async <T>(
  waiters: Waiters,
  { orderId, waitSec = 0, known, socket }: Patience,
  look: () => Promise<Look<T>>,
): Promise<T> => {
  const until = performance.now() + waitSec * 1000
  const watch = waiters.watch(orderId)
  try {
    for (;;) {
      const seen = await look()
      const left = until - performance.now()
      if (seen.state !== known || left <= 0 || socket.destroyed || waiters.closed) return seen.view
      await watch.changed(seen.version, left)
    }
  } finally {
    watch.close()
  }
}

interface Watching {
  version: number | null
  missed: boolean
  resume: (() => void) | null
}

export const waiters = (db: Database): Waiters => {
  const byOrder = new Map<string, Set<Watching>>()
  let timer: NodeJS.Timeout | null = null
  let closed = false

  const rouse = (watching: Watching) => {
    if (watching.resume) watching.resume()
    else watching.missed = true
  }
  const wake = (orderId: string) => {
    for (const watching of byOrder.get(orderId) ?? []) rouse(watching)
  }
  const waitingIds = () =>
    [...byOrder].filter(([, group]) => [...group].some((watching) => watching.resume)).map(([orderId]) => orderId)

  const look = async () => {
    const rows = await db.rows<{
      id: string
      version: number
    }>`SELECT id, version FROM customer_order WHERE id IN (${list(waitingIds())})`
    for (const { id, version } of rows) {
      for (const watching of byOrder.get(id) ?? []) if (watching.resume && watching.version !== version) watching.resume()
    }
  }
  const schedule = () => {
    if (timer || closed || waitingIds().length === 0) return
    timer = setTimeout(() => {
      timer = null
      // A look that fails is one of many: each wait has its own time limit.
      void look().then(schedule, schedule)
    }, lookMs)
  }

  const changed = (watching: Watching, version: number, ms: number): Promise<void> => {
    if (watching.missed || closed) {
      watching.missed = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const limit = setTimeout(() => watching.resume?.(), ms)
      watching.version = version
      watching.resume = () => {
        clearTimeout(limit)
        watching.resume = null
        resolve()
      }
      schedule()
    })
  }

  return {
    watch: (orderId) => {
      const watching: Watching = { version: null, missed: false, resume: null }
      const group = byOrder.get(orderId) ?? new Set()
      byOrder.set(orderId, group.add(watching))
      return {
        changed: (version, ms) => changed(watching, version, ms),
        close: () => {
          group.delete(watching)
          if (group.size === 0 && byOrder.get(orderId) === group) byOrder.delete(orderId)
        },
      }
    },
    wake,
    close: () => {
      closed = true
      if (timer) clearTimeout(timer)
      for (const orderId of byOrder.keys()) wake(orderId)
    },
    get closed() {
      return closed
    },
  }
}

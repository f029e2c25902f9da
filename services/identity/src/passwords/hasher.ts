// Hashes and compares passwords on a few threads: they start at the first use, as many as there are cores, and end when nobody signs in any more.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { AppError } from '@cartwright/contracts'

/** Checked again when a task's turn comes, since others may have failed while it waited. */
export type BeforeTurn = () => Promise<void>

export interface PasswordHasher {
  /** @throws AppError upstream_unavailable when too many are waiting */
  hash(password: string): Promise<string>
  /**
   * Compares even when there is no hash, so that unknown accounts take as long as known ones.
   * @throws AppError upstream_unavailable when too many are waiting, and whatever `before` throws
   */
  matches(password: string, hash: string | null, before?: BeforeTurn): Promise<boolean>
  /** Threads that are alive, for whoever measures. */
  threads(): number
  close(): Promise<void>
}

export interface HasherOptions {
  cost: number
  /** Threads at most. */
  threads?: number
  /** Milliseconds without work after which the threads end. */
  idleMs?: number
  /** Tasks that may wait. */
  maxWaiting?: number
}

interface Task {
  password: string
  hash: string | null
  before: BeforeTurn | null
  resolve(value: string | boolean): void
  reject(error: unknown): void
}

interface Thread {
  worker: Worker
  task: Task | null
}

/** bcrypt reads no more than this, so a longer password would match everything that begins alike. */
const maxBytes = 72

/** Well-formed, but no password leads to it: comparing with it costs what any comparison costs. */
const decoy = (cost: number): string => `$2b$${String(cost).padStart(2, '0')}$${'C6UzMDM.H6dfI/f/IKcEeO'}${'7'.repeat(31)}`

const startThread = (ended: (thread: Thread, error: unknown) => void, done: () => void): Thread => {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 },
  })
  const thread: Thread = { worker, task: null }
  worker.on('message', (result: string | boolean) => {
    thread.task?.resolve(result)
    thread.task = null
    done()
  })
  worker.on('error', (error) => ended(thread, error))
  worker.on('exit', () => ended(thread, new Error('a password thread ended')))
  return thread
}

/** @param options the cost is bcrypt's, 4 to 15 */
export const passwordHasher = ({
  cost,
  threads: limit = availableParallelism(),
  idleMs = 30_000,
  maxWaiting = 512,
}: HasherOptions): PasswordHasher => {
  const queue: Task[] = []
  const threads: Thread[] = []
  let rest: NodeJS.Timeout | null = null
  let closed = false

  const ended = (thread: Thread, error: unknown): void => {
    const at = threads.indexOf(thread)
    if (at >= 0) threads.splice(at, 1)
    thread.task?.reject(error)
    thread.task = null
    pump()
  }
  const endAll = async (): Promise<void> => {
    await Promise.all(threads.splice(0).map((thread) => thread.worker.terminate()))
  }
  const give = async (thread: Thread, task: Task): Promise<void> => {
    thread.task = task
    try {
      await task.before?.()
      thread.worker.postMessage({ password: task.password, cost, hash: task.hash })
    } catch (error) {
      thread.task = null
      task.reject(error)
      pump()
    }
  }
  const pump = (): void => {
    if (rest) clearTimeout(rest)
    rest = null
    while (queue.length > 0 && !closed) {
      let free = threads.find((thread) => thread.task === null)
      if (free === undefined && threads.length < Math.max(1, limit)) {
        free = startThread(ended, pump)
        threads.push(free)
      }
      const task = free && queue.shift()
      if (free === undefined || task === undefined) return
      void give(free, task)
    }
    if (threads.length > 0 && threads.every((thread) => thread.task === null))
      rest = setTimeout(() => void endAll(), idleMs).unref()
  }
  const ask = (password: string, hash: string | null, before: BeforeTurn | null = null): Promise<string | boolean> =>
    new Promise((resolve, reject) => {
      if (closed || queue.length >= maxWaiting) {
        reject(new AppError('upstream_unavailable', 'too many passwords are being checked right now', {}, 2))
        return
      }
      queue.push({ password, hash, before, resolve, reject })
      pump()
    })
  return {
    hash: async (password) => String(await ask(password, null)),
    matches: async (password, known, before) => {
      const equal = await ask(password, known ?? decoy(cost), before)
      return known !== null && equal === true && Buffer.byteLength(password) <= maxBytes
    },
    threads: () => threads.length,
    close: async () => {
      closed = true
      if (rest) clearTimeout(rest)
      for (const task of queue.splice(0)) task.reject(new AppError('upstream_unavailable'))
      await endAll()
    },
  }
}

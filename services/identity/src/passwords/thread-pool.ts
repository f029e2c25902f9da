// Worker pool with a bounded FIFO queue: threads start with the work, never more than allowed, and end when there is none for a while.
import { Worker } from 'node:worker_threads'
import { AppError } from '@cartwright/contracts'

/** Checked again when a task's turn comes, since others may have failed while it waited. */
export type BeforeTurn = () => Promise<void>

export interface ThreadPoolOptions {
  worker: URL
  /** Threads at most. */
  threads: number
  /** Milliseconds without work after which the threads end. */
  idleMs: number
  /** Tasks that may wait. */
  maxWaiting: number
  /** Heap of one thread. */
  heapMb: number
}

export interface ThreadPool<Request, Result> {
  /** @throws AppError upstream_unavailable when too many are waiting, and whatever `before` throws */
  run(request: Request, before?: BeforeTurn): Promise<Result>
  /** Threads that are alive. */
  threads(): number
  close(): Promise<void>
}

interface Task<Request, Result> {
  request: Request
  before: BeforeTurn | null
  resolve(value: Result): void
  reject(error: unknown): void
}

interface Thread<Request, Result> {
  worker: Worker
  task: Task<Request, Result> | null
}

const startThread = <Request, Result>(
  { worker: url, heapMb }: ThreadPoolOptions,
  ended: (thread: Thread<Request, Result>, error: unknown) => void,
  done: () => void,
): Thread<Request, Result> => {
  const worker = new Worker(url, { resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 8 } })
  const thread: Thread<Request, Result> = { worker, task: null }
  worker.on('message', (result: Result) => {
    thread.task?.resolve(result)
    thread.task = null
    done()
  })
  worker.on('error', (error) => ended(thread, error))
  worker.on('exit', () => ended(thread, new Error('a password thread ended')))
  return thread
}

export const threadPool = <Request, Result>(options: ThreadPoolOptions): ThreadPool<Request, Result> => {
  const queue: Task<Request, Result>[] = []
  const threads: Thread<Request, Result>[] = []
  let rest: NodeJS.Timeout | null = null
  let closed = false

  const ended = (thread: Thread<Request, Result>, error: unknown): void => {
    const at = threads.indexOf(thread)
    if (at >= 0) threads.splice(at, 1)
    thread.task?.reject(error)
    thread.task = null
    pump()
  }
  const endAll = async (): Promise<void> => {
    await Promise.all(threads.splice(0).map((thread) => thread.worker.terminate()))
  }
  const give = async (thread: Thread<Request, Result>, task: Task<Request, Result>): Promise<void> => {
    thread.task = task
    try {
      await task.before?.()
      thread.worker.postMessage(task.request)
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
      if (free === undefined && threads.length < Math.max(1, options.threads)) {
        free = startThread(options, ended, pump)
        threads.push(free)
      }
      const task = free && queue.shift()
      if (free === undefined || task === undefined) return
      void give(free, task)
    }
    if (threads.length > 0 && threads.every((thread) => thread.task === null))
      rest = setTimeout(() => void endAll(), options.idleMs).unref()
  }
  return {
    run: (request, before) =>
      new Promise((resolve, reject) => {
        if (closed || queue.length >= options.maxWaiting) {
          reject(new AppError('upstream_unavailable', 'too many passwords are being checked right now', {}, 2))
          return
        }
        queue.push({ request, before: before ?? null, resolve, reject })
        pump()
      }),
    threads: () => threads.length,
    close: async () => {
      closed = true
      if (rest) clearTimeout(rest)
      for (const task of queue.splice(0)) task.reject(new AppError('upstream_unavailable'))
      await endAll()
    },
  }
}

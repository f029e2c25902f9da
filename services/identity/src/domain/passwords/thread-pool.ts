// Worker pool with a bounded FIFO queue: starts threads on demand up to a limit, and ends them after an idle time.
import { Worker } from 'node:worker_threads'
import { createSemaphore, ignore } from '@cartwright/concurrency'
import { AppError } from '@cartwright/contracts'

/** Runs when a task leaves the queue: the throttle may have changed while the task waited. */
export type BeforeRun = () => Promise<void>

interface ThreadPoolOptions {
  worker: URL
  /** Largest number of threads. */
  threads: number
  /** Milliseconds without work after which the threads end. */
  idleMs: number
  /** Largest number of waiting tasks. */
  maxWaiting: number
  /** Heap of one thread in MiB. */
  heapMb: number
}

interface ThreadPool<Request, Result> {
  /** @throws AppError upstream_unavailable when the queue is full, and the errors of `before` */
  run(request: Request, before?: BeforeRun): Promise<Result>
  /** Number of running threads. */
  threads(): number
  close(): Promise<void>
}

interface Thread<Result> {
  worker: Worker
  /** Null while the thread is idle. */
  task: PromiseWithResolvers<Result> | null
}

const startThread = <Result>(
  { worker: url, heapMb }: ThreadPoolOptions,
  onEnd: (thread: Thread<Result>, error: unknown) => void,
): Thread<Result> => {
  const worker = new Worker(url, { resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 8 } })
  const thread: Thread<Result> = { worker, task: null }
  worker.on('message', (result: Result) => thread.task?.resolve(result))
  worker.on('error', (error) => onEnd(thread, error))
  worker.on('exit', () => onEnd(thread, new Error('password worker: the thread ended')))
  return thread
}

const runOn = async <Request, Result>(thread: Thread<Result>, request: Request, before?: BeforeRun): Promise<Result> => {
  const task = Promise.withResolvers<Result>()
  // The thread may end while `before` runs, when nothing waits for the task yet.
  void ignore(task.promise, 'this function, when it waits for the task')
  thread.task = task
  try {
    await before?.()
    thread.worker.postMessage(request)
    return await task.promise
  } finally {
    thread.task = null
  }
}

export const createThreadPool = <Request, Result>(options: ThreadPoolOptions): ThreadPool<Request, Result> => {
  const semaphore = createSemaphore(Math.max(1, options.threads))
  const threads = new Set<Thread<Result>>()
  let idleTimer: NodeJS.Timeout | undefined
  let closed = false

  const takeThread = (): Thread<Result> => {
    clearTimeout(idleTimer)
    for (const thread of threads) if (thread.task === null) return thread
    const thread = startThread<Result>(options, (ended, error) => {
      threads.delete(ended)
      ended.task?.reject(error)
    })
    threads.add(thread)
    return thread
  }
  const endAll = async (): Promise<void> => {
    const ending = [...threads]
    threads.clear()
    await Promise.all(ending.map(({ worker }) => worker.terminate()))
  }
  const endWhenIdle = (): void => {
    clearTimeout(idleTimer)
    if ([...threads].every(({ task }) => task === null)) idleTimer = setTimeout(() => void endAll(), options.idleMs).unref()
  }
  return {
    run: async (request, before) => {
      if (closed || semaphore.waiting() >= options.maxWaiting)
        throw new AppError('upstream_unavailable', { detail: 'too many passwords are being checked right now', retryAfterSec: 2 })
      return semaphore.run(async () => {
        if (closed) throw new AppError('upstream_unavailable')
        return runOn(takeThread(), request, before).finally(endWhenIdle)
      })
    },
    threads: () => threads.size,
    close: async () => {
      closed = true
      clearTimeout(idleTimer)
      await endAll()
    },
  }
}
